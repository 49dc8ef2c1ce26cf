"""An interrupt ends a cell but not the kernel; a kill ends both."""

import asyncio

import pytest


@pytest.fixture(params=["zygote", "fresh", "unsafe"])
def one(request, start):
    options = {"zygote": {}, "fresh": {"zygote": None}, "unsafe": {"zygote": None, "sandboxed": False}}
    return start(**options[request.param])


@pytest.mark.parametrize("loop", ["while True: pass", "time.sleep(60)"])
def test_an_interrupt_ends_only_the_cell(one, loop):
    one.begin(f"import time; x = 3; print('begun', flush=True)\n{loop}")
    one.wait(one.manager.interrupt_kernel())
    assert one.reply(seconds=30)["ename"] == "KeyboardInterrupt"
    assert one.run("print(x)").endswith("3")


def test_a_kernel_that_ignores_interrupts_is_killed(one):
    one.run("import signal, time")
    one.begin("signal.signal(signal.SIGINT, signal.SIG_IGN); print('begun', flush=True); time.sleep(60)")
    one.wait(one.manager.interrupt_kernel())
    assert one.reply(seconds=0.5) is None
    one.wait(one.manager.shutdown_kernel(now=True))
    assert not one.wait(one.manager.is_alive())


def test_a_late_interrupt_does_not_lose_the_reply(one):
    """Between a cell's last line and its reply, the kernel flushes its streams; here, slowly."""
    one.begin("import sys, time; print('begun', flush=True); sys.stdout.flush = lambda: time.sleep(1)")
    one.wait(asyncio.sleep(0.3))
    one.wait(one.manager.interrupt_kernel())
    assert one.reply(seconds=10)["status"] == "ok"
    assert one.run("del sys.stdout.flush; print('well')").endswith("well")
