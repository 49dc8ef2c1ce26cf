"""The tokenizer and the encoder: the package's own offline, and the hub's from a server on this machine."""

import json
import os
import subprocess
import sys

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load_file, save_file
from transformers import DistilBertConfig, DistilBertModel

from course_utils import runtime
from course_utils.data.errors import CourseDataError
from course_utils.training import encoders
from course_utils.training.encoders import HUB_REVISION, load_encoder, load_tokenizer
from tests.local_server import serve

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", "is", "ada", "##s"]
RESOLVE = f"/distilbert-base-uncased/resolve/{HUB_REVISION}"


def use_hub(monkeypatch, url):
    """As HF_ENDPOINT does, which is read only once."""
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + template[template.index("/{repo_id}") :])


@pytest.fixture
def cpu(monkeypatch):
    """The profile cpu, where whatever asks a hub for anything fails."""
    monkeypatch.setattr(runtime, "_profile", "cpu")
    use_hub(monkeypatch, "http://127.0.0.1:9")


def hub_files(folder):
    """A DistilBERT of 8 dimensions and a WordPiece tokenizer of nine words, as the hub keeps the real ones."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    torch.manual_seed(0)
    config = DistilBertConfig(vocab_size=len(WORDS), dim=8, n_layers=1, n_heads=2, hidden_dim=16)
    model = DistilBertModel(config)
    (folder / "config.json").write_text(json.dumps(config.to_dict() | {"architectures": ["DistilBertForMaskedLM"]}))
    # As the real file, with weights that an encoder has no use for.
    tensors = {f"distilbert.{name}": value for name, value in model.state_dict().items()}
    save_file(tensors | {"vocab_transform.bias": torch.zeros(8)}, folder / "model.safetensors", {"format": "pt"})
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"do_lower_case": True, "model_max_length": 512, "tokenizer_class": "DistilBertTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return {f"{RESOLVE}/{path.name}": path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """The profile full, an empty cache, and a hub on this machine."""
    (tmp_path / "files").mkdir()
    with serve(hub_files(tmp_path / "files")) as site:
        site.headers["X-Repo-Commit"] = HUB_REVISION
        monkeypatch.setattr(runtime, "_profile", "full")
        use_hub(monkeypatch, site.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "home" / "hub"))
        monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)  # between its retries
        yield site


def asked(site):
    return {path.removeprefix(f"{RESOLVE}/") for _, path, _ in site.requests if path.startswith(RESOLVE)}


def test_cpu_loads_the_packages_own_files(cpu, capfd):
    tokenizer, encoder = load_tokenizer(), load_encoder()
    batch = tokenizer(["who built it", "a much longer question"], return_tensors="pt", padding=True)
    hidden = encoder(batch["input_ids"], batch["attention_mask"]).last_hidden_state
    assert hidden.shape == (*batch["input_ids"].shape, encoder.config.dim)
    assert tokenizer.is_fast and len(tokenizer) == encoder.config.vocab_size
    assert batch["input_ids"][0, 0] == tokenizer.cls_token_id
    assert capfd.readouterr() == ("", "")


def test_pairs_have_a_separator_and_an_end(cpu):
    tokenizer = load_tokenizer()
    ids = tokenizer("title", "text")["input_ids"]
    assert ids.count(tokenizer.sep_token_id) == 2 and ids[-1] == tokenizer.sep_token_id


def test_each_call_gives_a_new_encoder_with_the_same_weights(cpu):
    one, other = load_encoder(), load_encoder()
    assert not {id(p) for p in one.parameters()} & {id(p) for p in other.parameters()}
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert a.data_ptr() != b.data_ptr() and torch.equal(a, b)
    assert not one.training and all(parameter.requires_grad for parameter in one.parameters())


def test_loading_draws_no_random_numbers(cpu):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    load_tokenizer(), load_encoder()
    assert torch.equal(torch.rand(3), expected)


def test_missing_files_are_named(cpu, monkeypatch, tmp_path):
    monkeypatch.setattr(encoders, "TINY_ENCODER", tmp_path / "gone")
    with pytest.raises(
        CourseDataError,
        match=r"transformers cannot read config.json and model.safetensors in .*gone.*install the course",
    ):
        load_encoder()


def test_full_loads_the_pinned_files_from_the_hub(hub, tmp_path, capfd):
    tokenizer, encoder = load_tokenizer(), load_encoder()
    assert tokenizer("Who is ADAS", "zzz")["input_ids"] == [2, 5, 6, 7, 8, 3, 1, 3]
    kept = load_file(tmp_path / "files" / "model.safetensors")
    assert all(torch.equal(value, kept[f"distilbert.{name}"]) for name, value in encoder.state_dict().items())
    assert asked(hub) == {"config.json", "tokenizer_config.json", "tokenizer.json", "model.safetensors"}
    out, err = capfd.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "Downloading config.json, tokenizer_config.json, tokenizer.json of distilbert-base-uncased, once",
        "Downloading config.json, model.safetensors of distilbert-base-uncased, once",
    ]


def test_cached_files_need_no_network(hub, monkeypatch, capfd):
    load_tokenizer(), load_encoder()
    hub.requests.clear()
    capfd.readouterr()
    use_hub(monkeypatch, "http://127.0.0.1:9")
    load_tokenizer(), load_encoder()
    assert not hub.requests and capfd.readouterr() == ("", "")


def test_no_network(hub, monkeypatch, capfd):
    use_hub(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(CourseDataError) as caught:
        load_encoder()
    message = str(caught.value)
    for word in ("distilbert-base-uncased", "12040ac", "http://127.0.0.1:9", "Connection refused", "profile cpu"):
        assert word in message, message
    assert "\n" not in message and capfd.readouterr().err == ""


@pytest.mark.parametrize("status", [404, 401, 503])
def test_the_hubs_error_is_shown(hub, status):
    hub.status[f"{RESOLVE}/model.safetensors"] = status
    with pytest.raises(CourseDataError, match=rf"could not be downloaded.*{status}.*run this cell again"):
        load_encoder()


def test_an_interrupted_download_leaves_no_model(hub):
    hub.cut[f"{RESOLVE}/model.safetensors"] = 500
    with pytest.raises(CourseDataError, match="could not be downloaded"):
        load_encoder()
    hub.cut.clear()
    assert load_encoder().config.dim == 8


def test_a_damaged_cache_is_named(hub, tmp_path):
    load_encoder()
    (path,) = (tmp_path / "home" / "hub").glob("models--*/snapshots/*/model.safetensors")
    path.resolve().write_bytes(b"not this")
    with pytest.raises(CourseDataError, match=rf"transformers cannot read .*{path.parent.name}.*Remove that folder"):
        load_encoder()


RUN = """
from course_utils import runtime
from course_utils.training import encoders
runtime.setup('x', 'full')
encoders.load_encoder()
print('loaded')
"""


@pytest.mark.parametrize("cached", [True, False])
def test_the_hubs_offline_mode(hub, tmp_path, cached):
    if cached:
        load_encoder()
    hub.requests.clear()
    env = os.environ | {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1", "HF_ENDPOINT": hub.url}
    run = subprocess.run([sys.executable, "-c", RUN], env=env, capture_output=True, text=True, timeout=120, check=False)
    assert not hub.requests
    if cached:
        assert run.stdout.splitlines()[-1] == "loaded" and run.stderr == ""
    else:
        assert "HF_HUB_OFFLINE is set" in run.stderr and "Unset HF_HUB_OFFLINE" in run.stderr


def test_the_users_transformers_settings_are_restored(cpu):
    from huggingface_hub.utils import are_progress_bars_disabled
    from transformers.utils import logging

    logging.set_verbosity_info()
    try:
        load_encoder()
        assert logging.get_verbosity() == logging.INFO
        assert logging.is_progress_bar_enabled() and not are_progress_bars_disabled()
    finally:
        logging.set_verbosity_warning()


def test_threads_that_load_at_once_leave_torch_as_it_is():
    code = (
        "import sys, torch; from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "from course_utils.training import load_encoder; before = [torch.linspace, *vars(torch.nn.init).values()]\n"
        "sys.setswitchinterval(1e-5); list(Pool(4).map(lambda _: load_encoder(), range(8)))\n"
        "now = [torch.linspace, *vars(torch.nn.init).values()]; print(sum(a is not b for a, b in zip(before, now)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout == "0\n", run.stderr
