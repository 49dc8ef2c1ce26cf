"""What cells do to their kernel, to the sandbox and to the tests: all answers are right unless a comment says more."""

from tests.submissions.bank import FULL, answer, cell

DIED = r"ended the kernel: "
BEFORE = 5.75  # of the exercises that are tested before `embed_tokens`
AFTER = 4.0  # of the exercises that are defined after `chain_bmm`
LONG = r"ran longer than 4 s"

ENDS = [
    cell("ends_by_exit", FULL, r"called exit\(\) or quit\(\)", "exit()", worst=True),
    cell("ends_by_quit", FULL, r"called exit\(\) or quit\(\)", "if True:\n    quit()"),
    cell("ends_by_ask_exit", FULL, r"called exit\(\) or quit\(\)", "get_ipython().ask_exit()"),
    cell("ends_by_os_exit", FULL, DIED, "import os\nos._exit(0)"),
    cell("does_not_end_by_sys_exit", FULL, "", "import sys\nsys.exit(1)", quiet=True),
    cell("ends_by_a_crash", FULL, DIED, "import ctypes\nctypes.string_at(0)"),
    cell("kills_its_parent", FULL, "", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", worst=True),
    cell("kills_everyone", FULL, "", "import os, signal\nos.kill(-1, signal.SIGKILL)\nos.kill(os.getpid(), 9)"),
    cell("stops_itself", FULL, DIED + r".*did not react to the interrupt", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", worst=True, slow=True),
    cell("leaves_an_endless_task", FULL, DIED + "it left something running", "import asyncio\nasync def spin():\n    while True:\n"
         "        pass\ntask = asyncio.ensure_future(spin())"),
    cell("leaves_an_endless_task_to_the_tests", FULL, DIED + "it left something running", "import asyncio\nasync def spin():\n"
         "    while True:\n        pass\ntask = asyncio.ensure_future(spin())", before="test_embed_tokens"),
    cell("ends_later_by_a_thread", FULL, "", "import os, threading\nthreading.Timer(0.2, os._exit, [0]).start()"),
    cell("ends_later_by_an_alarm", FULL, "", "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.2)"),
    cell("ends_later_by_a_process", FULL, "", "import os, subprocess\nsubprocess.Popen(['sh', '-c', f'sleep 0.2; "
         "kill -9 {os.getpid()}'])"),
    cell("ends_when_it_should_go_on", FULL, "", "import atexit, os, time\natexit.register(time.sleep, 10**6)"),
]
ENDLESS = [
    cell("loops_without_end", FULL, LONG, "while True:\n    pass"),
    cell("ignores_interrupts", FULL, DIED + r".*did not react to the interrupt",
         "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass", worst=True, slow=True),
    cell("waits_for_input", FULL, "", "input('your name? ')"),
    cell("waits_for_a_thread", FULL, LONG, "import threading\nthreading.Event().wait()"),
    cell("prints_without_end", FULL, r"printed too much and was stopped|ran longer", "while True:\n    print('x' * 1000)"),
    cell("writes_to_the_terminal_without_end", FULL, r"printed too much|ran longer", "import os\nwhile True:\n    os.write(1, b'x' * 65536)"),
    cell("displays_without_end", FULL, r"printed too much|ran longer", "while True:\n    display(1)"),
]  # fmt: skip
RESOURCES = [
    cell("forks_without_end", FULL, "", "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n"
         "        pass", worst=True, slow=True, at_most=True),
    cell("starts_threads_without_end", FULL, "", "import threading, time\ntry:\n    while True:\n"
         "        threading.Thread(target=time.sleep, args=[10**6], daemon=True).start()\nexcept RuntimeError:\n    pass",
         at_most=True),
    cell("leaves_a_busy_thread", FULL, "", "import threading\ndef spin():\n    while True:\n        pass\n"
         "threading.Thread(target=spin).start()", at_most=True),
    cell("leaves_a_process", FULL, "", "import subprocess\nsubprocess.Popen(['sleep', '1000000'], start_new_session=True)",
         worst=True),
    cell("leaves_a_daemon", FULL, "", "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
         "        os.closerange(0, 256)\n        time.sleep(10**6)\n    os._exit(0)"),
    cell("takes_all_memory_as_a_tensor", FULL, "", "x = torch.ones(1 << 31)"),
    cell("takes_all_memory_in_steps", FULL, "", "x = []\nwhile True:\n    x.append(torch.ones(1 << 24))", worst=True),
    cell("takes_all_memory_as_files", FULL, "", "import os\nfor folder in ('/tmp', '/dev/shm', '.'):\n    try:\n"
         "        with open(f'{folder}/x', 'wb') as file:\n            while True:\n"
         "                file.write(bytes(1 << 20))\n    except OSError as error:\n        print(error)", at_most=True),
    cell("opens_all_files", BEFORE, r"gave no valid answer", "files = []\ntry:\n    while True:\n        files.append(open('/dev/null'))\n"
         "except OSError:\n    pass", at_most=True),
]  # fmt: skip
PATCHES = [
    cell("traces_every_line", FULL, "", "import sys\nlines = []\ndef trace(*event):\n    lines.append(event[1])\n"
         "    return trace\nsys.settrace(trace)"),
    cell("takes_the_names_that_run_code", FULL, "", "globals = __import__ = get_ipython = None"),
    cell("changes_all_later_code", BEFORE, r"`embed_tokens` is not defined",
         "get_ipython().input_transformers_cleanup.append(lambda lines: ['x = 1\\n'])"),
    cell("removes_the_streams", FULL, "", "import sys\nsys.stdout = sys.stderr = None"),
    cell("leaves_inference_mode_on", FULL, "", "torch.inference_mode().__enter__()"),
    cell("patches_unittest", FULL, "", "import unittest\nunittest.TestCase.run = lambda *args: None"),
    cell("patches_torch", FULL, "", "torch.allclose = torch.equal = lambda *args, **kwargs: 1 / 0"),
    cell("patches_the_server", BEFORE, r"gave no valid answer", "import course_utils.remote.server as s\nfor name in dir(s):\n"
         "    if not name.startswith('_'):\n        setattr(s, name, None)", at_most=True),
    cell("patches_the_agent", BEFORE, r"gave no valid answer: the connection was closed", "import course_grader.in_sandbox.agent as agent\nagent.serve = lambda *a: None",
         before="embed_tokens", at_most=True),
    cell("forgets_all_modules", FULL, DIED, "import sys\nsys.modules.clear()", at_most=True),
    cell("deletes_the_built_in_names", FULL, DIED, "import builtins\nfor name in dir(builtins):\n"
         "    if name[0].islower():\n        delattr(builtins, name)", at_most=True),
    cell("closes_every_file", FULL, DIED, "import os\nos.closerange(0, 256)"),
    cell("stops_its_output", FULL, DIED + "its output no longer arrives", "get_ipython().kernel.iopub_thread.stop()"),
    cell("forges_messages", FULL, DIED + "it sent an invalid message", "kernel = get_ipython().kernel\nkernel.session.send(kernel.iopub_socket, 'stream', "
         "{'x': 1}, parent=kernel.get_parent('shell'))"),
    cell("forges_its_signature", FULL, DIED + "it sent an invalid message", "get_ipython().kernel.session.key = b'another'"),
    cell("allows_no_recursion", FULL, "", "import sys\nsys.setrecursionlimit(60)", at_most=True),
    cell("alarms_itself", FULL, "", "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nsignal.setitimer("
         "signal.ITIMER_REAL, 0.01, 0.01)", at_most=True),
    cell("forgets_its_names", 7.25, r"name 'torch' is not defined", "%reset -f", at_most=True),
    answer("wrong_answers_behind_a_patched_course", AFTER, chain_bmm="""
import course_utils.remote.server as server, course_utils.testing as testing, unittest
testing.run_tests = run_tests = lambda exercise: 20.0
server.RemoteServer.answer = lambda self, request, blob: ({"id": request["id"], "ok": True, "value": 1}, b"")
unittest.TestCase.run = lambda *args: None
for name in [name for name in list(globals()) if name.islower()]:
    if callable(globals()[name]) and not name.startswith("_"):
        globals()[name] = lambda *args, **kwargs: True
""", options={"at_most": True}),
]  # fmt: skip
