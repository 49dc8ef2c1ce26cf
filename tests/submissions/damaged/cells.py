"""Honest mistakes in cells: they cost what they break, and the message says what happened."""

from tests.submissions.bank import FULL, answer, cell

EMBED = "# Exercise: embed_tokens\ndef embed_tokens(table, token_ids):\n"
WITHOUT_EMBED = 18.0

CELLS = [
    cell(
        "a_package_that_is_missing", FULL, r"`seaborn_x` is neither installed where labs are graded", "import seaborn_x"
    ),
    cell("a_syntax_error_in_a_note", FULL, r"SyntaxError: .* \(line 1: `this is a note to myself`\)\.$",
         "this is a note to myself"),
    cell("the_syntax_of_a_later_python", FULL, r"labs are graded with Python 3\.\d+", "lazy import json"),
    cell("a_cell_magic", FULL, "", "%%time\nx = 1", quiet=True),
    cell("a_shell_command", FULL, "", "!pip install torch", quiet=True),
    cell("a_widget_backend", FULL, "", "%matplotlib widget", quiet=True),
    cell("an_error_of_ones_own", FULL, "", "1 / 0", quiet=True),
    cell("input_from_the_keyboard", FULL, "", "name = input('Your name: ')", quiet=True),
    cell("a_debugger", FULL, "", "import pdb\npdb.set_trace()", quiet=True),
    cell("a_sleep_that_is_too_long", FULL, r"ran longer than 4 s and was stopped", "import time\ntime.sleep(30)"),
    cell("an_endless_loop", FULL, r"ran longer than 4 s and was stopped", "while True:\n    pass", worst=True),
    cell("a_name_of_pythons_own", FULL, "", "list = [1]\nsum = 3\nprint = None", quiet=True),
    cell("a_name_that_runs_code", FULL, "", "globals = {'lr': 0.1}", quiet=True),
    cell("output_to_a_file_that_is_closed", FULL, "", "import sys\nwith open('/tmp/log', 'w') as sys.stdout:\n    print(1)"),
    cell("a_default_device_that_is_not_here", 13.5, r"default device to one that is missing here; expected cpu",
         "torch.set_default_device('cuda')"),
    cell("a_model_on_a_gpu", FULL, r"there is no GPU where labs are graded", "nn.Linear(2, 2).cuda()"),
    cell("another_seed", FULL, "", "import torch\ntorch.manual_seed(0)", quiet=True),
    cell("another_number_of_threads", FULL, "", "import torch\ntorch.set_num_threads(4)", quiet=True),
    cell("quits", FULL, r"called exit\(\) or quit\(\)", "quit()"),
    cell("sys_exits", FULL, "", "import sys\nsys.exit()", quiet=True),
]
ANSWERS = [
    answer(
        "a_syntax_error_in_an_answer",
        WITHOUT_EMBED,
        r"ended with SyntaxError: incomplete input \(line 3: `return table\[token_ids`\)",
        embed_tokens=f"{EMBED}    return table[token_ids",
    ),
    answer(
        "an_answer_on_a_gpu",
        WITHOUT_EMBED,
        r"there is no GPU here; use the device of the inputs",
        embed_tokens=f"{EMBED}    return table.cuda()[token_ids.cuda()]",
    ),
    answer("a_wrong_indentation", WITHOUT_EMBED, r"IndentationError", embed_tokens=f"{EMBED}return table"),
    answer("an_answer_that_prints", WITHOUT_EMBED, r"None", embed_tokens=f"{EMBED}    print(table[token_ids])"),
    answer(
        "an_answer_for_the_examples_only",
        WITHOUT_EMBED,
        r"expected",
        options={"at_most": True},
        embed_tokens=f"{EMBED}    return table[:2]",
    ),
    answer(
        "another_name",
        WITHOUT_EMBED,
        r"`embed_tokens` is not defined",
        embed_tokens="# Exercise: embed_tokens\ndef embed(table, token_ids):\n    return table",
    ),
    answer(
        "an_extra_argument",
        WITHOUT_EMBED,
        r"TypeError",
        embed_tokens="# Exercise: embed_tokens\ndef embed_tokens(table, token_ids, scale):\n    return table",
    ),
    answer(
        "an_answer_that_was_not_finished",
        WITHOUT_EMBED,
        r"NotImplementedError: later",
        embed_tokens=f"{EMBED}    raise NotImplementedError('later')",
    ),
    answer("an_endless_answer", WITHOUT_EMBED, r"in time", embed_tokens=f"{EMBED}    while True: pass"),
]
