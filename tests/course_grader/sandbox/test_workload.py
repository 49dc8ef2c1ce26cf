"""Ordinary coursework runs in the sandbox."""

import pytest


def test_matrices_and_gradients(kernel):
    code = (
        "import torch\n"
        "x = torch.randn(400, 300, requires_grad=True)\n"
        "(x @ torch.randn(300, 200)).square().mean().backward()\n"
        "model = torch.nn.Sequential(torch.nn.Linear(20, 30), torch.nn.ReLU(), torch.nn.Linear(30, 2))\n"
        "step = torch.optim.AdamW(model.parameters())\n"
        "for _ in range(3):\n    step.zero_grad(); model(torch.randn(64, 20)).square().mean().backward(); step.step()\n"
        "print(x.grad.shape, torch.linalg.svdvals(torch.eye(9)).sum().item())"
    )
    assert kernel.run(code) == "torch.Size([400, 300]) 9.0"


def test_more_threads_than_one(kernel):
    code = "torch.set_num_threads(2); print((torch.ones(512, 512) @ torch.ones(512, 512)).sum().item()); "
    assert kernel.run("import torch; " + code + "torch.set_num_threads(1)") == f"{512.0**3}"


def test_data_loaders_with_workers(kernel):
    code = (
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "data = TensorDataset(torch.arange(40).float())\n"
        "print(sum(batch.sum().item() for (batch,) in DataLoader(data, batch_size=8, num_workers=2)))"
    )
    assert kernel.run("import torch\n" + code) == "780.0"


def test_figures(kernel):
    for last in ("plt.show()", "line = 1"):  # or when the cell ends
        assert kernel.run(f"import matplotlib.pyplot as plt; line = plt.plot([1, 2]); {last}") == ""
        assert "image/png" in kernel.displayed


def test_subprocesses_and_temporary_files(kernel):
    code = "import subprocess, sys; run = subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True)"
    assert kernel.run(code + "; print(run.stdout)") == "b'42\\n'"


@pytest.mark.parametrize("kernel", ["fresh"], indirect=True)
def test_there_are_no_warnings(kernel):
    code = "import subprocess, sys; r = subprocess.run([sys.executable, '-c', 'import torch'], capture_output=True); "
    assert kernel.run(code + "print(r.returncode, r.stderr)") == "0 b''"


def test_a_read_only_folder_can_be_shown(start, shown):
    (shown / "model").write_text("weights")
    one = start(zygote=None, read_only=[shown], environment={"HF_HOME": str(shown)})
    assert one.run("import os; print(open(os.environ['HF_HOME'] + '/model').read())") == "weights"
    assert one.attempt("open(os.environ['HF_HOME'] + '/other', 'w')") == "OSError"


def test_trusted_code_can_run_without_a_sandbox(start, tmp_path):
    (tmp_path / "file").write_text("mine")
    one = start(zygote=None, sandboxed=False)
    assert one.run(f"print(open({str(tmp_path / 'file')!r}).read())") == "mine"
    assert one.end("import os; os._exit(3)").startswith("exit: the kernel ended with code 3")
    one.close()
    assert not one.folder.exists()
