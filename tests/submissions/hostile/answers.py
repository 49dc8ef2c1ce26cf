"""Answers that wear out the judge, that claim to be equal to the right one, or that are nearly right."""

from tests.submissions.bank import FULL, answer

CHAIN = 18.25  # without chain_bmm
COUNT = 18.5  # without count_parameters


def _chain(name, says, lines, before="", score=CHAIN, **options):
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    return answer(name, score, says, options=options, chain_bmm=f"{before}\ndef chain_bmm(a, b, d):\n{body}")


def _count(name, says, lines, before="", score=COUNT, **options):
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    source = f"{before}\ndef count_parameters(layer_sizes, bias=False):\n{body}"
    return answer(name, score, says, options=options, count_parameters=source)


LIAR = """
class Liar:
    shape, dtype, requires_grad = (3, 2, 6), torch.float32, True
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __int__(self): return 26
    def __index__(self): return 26
    def __float__(self): return 0.0
    def __hash__(self): return 1
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
"""
SUBCLASS = """
class Same(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return True
"""

SIZE = [
    _chain("endless_range", r"more than 10,000 items", "return range(10**15)", worst=True),
    _chain("endless_generator", r"more than 10,000 items|may have no end", "while True:\n    yield a"),
    _chain("a_tensor_thousands_of_times", "", "return [a] * 100_000", worst=True),
    _chain("a_large_tensor_thousands_of_times", "", "return [torch.zeros(1_000_000)] * 9_000"),
    _chain("a_view_of_a_million_million", "", "return torch.zeros(1).expand(10**6, 10**6)"),
    _chain("a_tensor_of_a_billion", "", "return torch.zeros(10**9)"),
    _chain("a_tensor_without_values", "", "return torch.empty(3, 2, 6, device='meta')"),
    _chain("a_sparse_tensor", "", "return torch.sparse_coo_tensor(size=(10**6, 10**6))"),
    _count("a_text_of_two_hundred_megabytes", "", "return 'x' * 200_000_000"),
    _count("a_number_of_five_thousand_bits", r"more than 4096 bits", "return 1 << 5000"),
    _count("a_number_of_a_million_digits", "", "return 10**1_000_000"),
    _count("a_list_in_a_list_a_thousand_times", r"nested deeper", "x = 1\nfor _ in range(1000):\n    x = [x]\nreturn x"),
    _count("a_list_that_contains_itself", r"nested deeper", "x = []\nx.append(x)\nreturn x", worst=True),
    _count("lists_that_double", r"parts", "x = [1]\nfor _ in range(31):\n    x = [x, x]\nreturn x"),
    _count("keys_of_the_same_hash", "", "return {(2**61 - 1) * k: k for k in range(1, 20_000)}"),
]
LIES = [
    _count("a_liar_as_a_number", "", "return Liar()", LIAR),
    _chain("a_liar_as_a_tensor", "", "return Liar()", LIAR),
    _chain("a_tensor_that_says_yes", "", "return torch.zeros(3, 2, 6).as_subclass(Same)", SUBCLASS, at_most=True,
           score=CHAIN + 0.25),
    _count("an_object_that_is_code_when_pickled", "", "return Pickled()",
           "import os\nclass Pickled:\n    def __reduce__(self):\n        return os._exit, (1,)"),
    _count("a_length_that_is_a_lie", "", "return Long()",
           "class Long(list):\n    def __len__(self):\n        return 1 << 60\n    def __iter__(self):\n        return self\n"
           "    def __next__(self):\n        return 1"),
    _count("a_length_that_ends_the_process", "", "return Rude()",
           "import os\nclass Rude(list):\n    def __len__(self):\n        os._exit(1)\n    __iter__ = __repr__ = __len__"),
    _count("a_number_that_differs_each_time", "", "return Moody()",
           "class Moody(int):\n    def __eq__(self, other):\n        return True\n    def __hash__(self):\n        return 0"),
    _chain("one_percent_wrong_in_half_precision", "", "return (1.01 * (a @ b @ d)).half()", at_most=True,
           score=CHAIN + 0.25),
    _chain("inputs_of_another_type_afterwards", r"changed its input", "r = a @ b @ d\na.data = a.data.double()\nreturn r",
           at_most=True, score=FULL),
    _chain("not_a_number", "", "return torch.full((a.shape[0], a.shape[1], d.shape[2]), float('nan'))", at_most=True,
           score=CHAIN + 0.25),
    _chain("inputs_changed_to_zero", r"changed its input", "for x in (a, b, d):\n    x.detach().zero_()\nreturn a @ b @ d",
           at_most=True, score=CHAIN + 0.25),
]  # fmt: skip
ERRORS = [
    _count("recursion_without_end", r"RecursionError|recursion", "return count_parameters(layer_sizes, bias)"),
    _count("an_error_of_a_hundred_megabytes", r"ValueError", "raise ValueError('x' * 100_000_000)"),
    _count("an_error_that_cannot_be_shown", r"Silent", "raise Silent()",
           "class Silent(Exception):\n    def __str__(self):\n        raise self\n    __repr__ = __str__"),
    _count("an_error_that_ends_the_process", "", "raise Rude()",
           "import os\nclass Rude(Exception):\n    def __str__(self):\n        os._exit(1)"),
    _count("a_system_exit", r"SystemExit", "raise SystemExit(0)"),
    _count("exit_in_a_function", r"exit\(\) or quit\(\) was called", "exit()"),
    _count("an_interrupt", "", "raise KeyboardInterrupt"),
    _count("an_error_with_a_name_that_is_markup", "", "raise type('<script>' * 1000, (Exception,), {})('x')"),
    _count("a_loop_without_end", r"no answer within 1 s|longer than 1 s|time", "while True:\n    pass"),
    _count("a_loop_that_catches_everything", "", "while True:\n    try:\n        while True:\n            pass\n"
           "    except BaseException:\n        pass", worst=True, slow=True),
    _count("an_endless_sleep", r"no answer within 5 s", "import time\ntime.sleep(10**6)"),
    _count("the_end_of_the_process", "", "import os\nos._exit(0)"),
    _count("a_crash_of_the_process", "", "import ctypes\nctypes.string_at(0)"),
    _count("a_loop_outside_python", "", "return sum(range(10**12))"),
]  # fmt: skip
# Keeps the queue of the judge's connections full; what follows is indented as in its last `if`.
FILL_QUEUE = """
import os, socket, sys
KEPT = []
def to_target_shape(x):
    frame = sys._getframe()
    while frame and not (frame.f_code.co_name == "serve" and "connection" in frame.f_locals):
        frame = frame.f_back
    if frame and not KEPT:
        KEPT.append(os.dup(frame.f_locals["connection"].fileno()))
        for _ in range(4):
            knocking = socket.socket(socket.AF_UNIX)
            knocking.setblocking(False)
            try:
                knocking.connect(frame.f_locals["path"])
                KEPT.append(knocking)
            except OSError:
                pass
"""
PROTOCOL = [
    _count("forged_answers", "", "import os\nfor number in range(3, 256):\n    try:\n"
           "        os.write(number, b'\\xff' * 4096)\n    except OSError:\n        pass\nreturn 26"),
    _count("every_file_closed", "", "import os\nos.closerange(3, 256)\nreturn 26", worst=True),
    answer("the_judge_s_queue_filled", FULL - 1.75, r"no valid answer", options={"worst": True, "slow": True}, to_target_shape=FILL_QUEUE + """\
        frame.f_locals["connection"].close()
    return x
"""),
    answer("the_judge_s_queue_filled_for_the_next_agent", FULL - 1.75, r"your code raised KeyboardInterrupt", to_target_shape=FILL_QUEUE + """\
        raise KeyboardInterrupt
    return x
"""),
]  # fmt: skip
