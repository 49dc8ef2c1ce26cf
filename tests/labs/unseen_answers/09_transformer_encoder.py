# %% layer_norm: divides by D - 1
def layer_norm(x, weight, bias, eps=1e-12):
    mu = x.mean(-1, keepdim=True)
    var = torch.var(x, -1, keepdim=True)
    return weight * ((x - mu) / torch.sqrt(var + eps)) + bias


# %% layer_norm: eps outside the root
def layer_norm(x, weight, bias, eps=1e-12):
    mu = x.mean(dim=-1, keepdim=True)
    sd = x.std(dim=-1, keepdim=True, unbiased=False)
    return (x - mu) / (sd + eps) * weight + bias


# %% layer_norm: bias before weight
def layer_norm(x, weight, bias, eps=1e-12):
    mu = x.mean(-1, True)
    var = ((x - mu) ** 2).mean(-1, True)
    return torch.mul((x - mu) * torch.rsqrt(var + eps) + bias, weight)


# %% layer_norm: no root
def layer_norm(x, weight, bias, eps=1e-12):
    mu = x.mean(-1, keepdim=True)
    var = x.var(-1, keepdim=True, correction=0)
    return (x - mu) / (var + eps) * weight + bias


# %% layer_norm: divides by D - 1 | bias before weight | -
def layer_norm(x, weight, bias, eps=1e-12):
    mu = x.mean(-1, keepdim=True)
    return ((x - mu) / (x.var(-1, keepdim=True) + eps).sqrt() + bias) * weight


# %% FeedForward: ReLU
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.lin2(self.act(self.lin1(x)))


# %% FeedForward: GELU by tanh
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        h = self.lin1(x)
        h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3)))
        return self.lin2(h)


# %% FeedForward: no activation
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        x = self.lin1(x)
        return self.lin2(x)


# %% EncoderBlock: norm first
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        m = mask
        if m is not None:
            m = m.unsqueeze(1).unsqueeze(1)
        h = self.norm1(x)
        x = x + self.attention(h, m)
        return x + self.ffn(self.norm2(x))


# %% EncoderBlock: eps of PyTorch's default
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.ffn = FeedForward(d_model, d_hidden)
        self.attention = MultiHeadSelfAttention(d_model, num_heads)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask[:, None, None]
        x = self.norm1(self.attention(x, mask) + x)
        return self.norm2(self.ffn(x) + x)


# %% EncoderBlock: mask not used
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)
        self.ffn = FeedForward(d_model, d_hidden)

    def forward(self, x, mask=None):
        a = self.attention(x)
        y = self.norm1(x + a)
        return self.norm2(y + self.ffn(y))


# %% TokenEmbeddings: no positions
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)
        self.max_length = max_length

    def forward(self, ids):
        n = ids.size(1)
        if n > self.max_length:
            raise ValueError(f"{n} tokens, at most {self.max_length}")
        return self.norm(self.word(ids))


# %% TokenEmbeddings: length not checked
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids):
        places = torch.arange(ids.shape[-1], device=ids.device).unsqueeze(0)
        return self.norm(self.word(ids) + self.position(places))


# %% Encoder: the last block left out
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden) for i in range(num_layers)])

    def forward(self, ids, mask=None):
        h = self.embeddings(ids)
        for i in range(len(self.blocks) - 1):
            h = self.blocks[i](h, mask)
        return h


# %% Encoder: mask not passed on
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden) for i in range(num_layers)])

    def forward(self, ids, mask=None):
        h = self.embeddings(ids)
        for b in self.blocks:
            h = b(h)
        return h


# %% masked_lm_loss: NaN when nothing is asked
def masked_lm_loss(logits, labels):
    keep = labels != -100
    return nn.CrossEntropyLoss()(logits[keep], labels[keep])


# %% masked_lm_loss: mean over all places
def masked_lm_loss(logits, labels):
    B, n, V = logits.shape
    per_place = F.cross_entropy(logits.reshape(B * n, V), labels.reshape(-1), reduction="none")
    return per_place.mean()


# %% masked_lm_loss: sum instead of mean
def masked_lm_loss(logits, labels):
    keep = labels.ne(-100)
    logp = logits[keep].log_softmax(-1)
    return -logp.gather(1, labels[keep].unsqueeze(1)).sum()


# %% masked_lm_loss: sum instead of mean | softmax twice | -
def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.softmax(-1).flatten(0, 1), labels.flatten(), reduction="sum")


# %% mask_tokens: labels everywhere
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    labels = ids.clone()
    pick = torch.rand(ids.shape, generator=generator).lt(share) & torch.logical_not(special[ids])
    r = torch.rand(ids.shape, generator=generator)
    rnd = torch.randint(0, vocab_size, ids.shape, generator=generator)
    x = ids.clone()
    x[pick & (r < 0.8)] = mask_id
    x[pick & (r >= 0.9)] = rnd[pick & (r >= 0.9)]
    return x, labels


# %% load_pretrained: returns nothing
def load_pretrained(encoder, state_dict):
    names = {
        "embeddings.word_embeddings": "embeddings.word",
        "embeddings.position_embeddings": "embeddings.position",
        "embeddings.LayerNorm": "embeddings.norm",
        "transformer.layer": "blocks",
        "q_lin": "q_proj",
        "k_lin": "k_proj",
        "v_lin": "v_proj",
        "out_lin": "out_proj",
        "sa_layer_norm": "norm1",
        "output_layer_norm": "norm2",
    }
    new = {}
    for key, value in state_dict.items():
        for a, b in names.items():
            key = key.replace(a, b)
        new[key] = value
    encoder.load_state_dict(new, strict=False)


# %% layer_norm: over the tokens instead of the features
def layer_norm(x, weight, bias, eps=1e-12):
    mean, var = x.mean(0), x.var(0, unbiased=False)
    return weight * (x - mean) / torch.sqrt(var + eps) + bias


# %% layer_norm: no eps
def layer_norm(x, weight, bias, eps=1e-12):
    centred = x - x.mean(-1, keepdim=True)
    std = x.std(-1, keepdim=True, unbiased=False)
    return centred / std * weight + bias


# %% layer_norm: -
def layer_norm(x, weight, bias, eps=1e-12):
    # RMS norm
    return x / (x.square().mean(-1, keepdim=True) + eps).sqrt() * weight + bias


# %% layer_norm: -
def layer_norm(x, weight, bias, eps=1e-12):
    mean = x.mean(-1, keepdim=True)
    var = (x - mean).abs().mean(-1, keepdim=True)
    return (x - mean) / (var + eps) * weight + bias


# %% FeedForward: activation after both layers
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        for layer in (self.lin1, self.lin2):
            x = F.gelu(layer(x))
        return x


# %% FeedForward: adds the input
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)
        self.act = nn.GELU()

    def forward(self, x):
        y = self.lin2(self.act(self.lin1(x)))
        return y + x


# %% FeedForward: -
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        return self.lin2(torch.tanh(self.lin1(x)))


# %% FeedForward: -
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        z = self.lin1(x)
        return self.lin2(z * torch.sigmoid(1.702 * z))


# %% EncoderBlock: no residual around attention
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        m = None if mask is None else mask[:, None, None, :]
        a = self.norm1(self.attention(x, m))
        f = self.ffn(a)
        return self.norm2(a + f)


# %% EncoderBlock: no norm at the end
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        m = None if mask is None else mask[:, None, None, :]
        a = self.attention(x, m)
        a = self.norm1(x + a)
        return self.ffn(a) + a


# %% EncoderBlock: True hides
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask.logical_not()[:, None, None]
        x = self.norm1(x + self.attention(x, mask))
        return self.norm2(x + self.ffn(x))


# %% EncoderBlock: -
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        m = None if mask is None else mask[:, None, None, :]
        x = self.norm2(x + self.attention(x, m))
        return self.norm1(x + self.ffn(x))


# %% EncoderBlock: -
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        m = None if mask is None else mask[:, None, None, :]
        x = self.norm1(x + self.ffn(x))
        return self.norm2(x + self.attention(x, m))


# %% EncoderBlock: -
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = (mask[:, :, None] & mask[:, None, :])[:, None]
            length = x.shape[1]
            mask = mask & torch.ones(length, length).tril().bool()
        x = self.norm1(x + self.attention(x, mask))
        return self.norm2(x + self.ffn(x))


# %% TokenEmbeddings: no norm
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)
        self.max_length = max_length

    def forward(self, ids):
        n = ids.shape[1]
        if n > self.max_length:
            raise ValueError(f"{n} tokens are more than {self.max_length}")
        x = self.word(ids)
        return x + self.position(torch.arange(n))[None]


# %% TokenEmbeddings: multiplied instead of added
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)
        self.max_length = max_length

    def forward(self, ids):
        n = ids.shape[1]
        if n > self.max_length:
            raise ValueError(f"{n} tokens are more than {self.max_length}")
        return self.norm(torch.mul(self.word(ids), self.position(torch.arange(n, device=ids.device))))


# %% TokenEmbeddings: -
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)
        self.max_length = max_length

    def forward(self, ids):
        n = ids.shape[1]
        if n > self.max_length:
            raise ValueError(f"{n} tokens are more than {self.max_length}")
        return self.norm(self.word(ids) + self.position(torch.arange(n).flip(0)))


# %% TokenEmbeddings: -
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)
        self.max_length = max_length

    def forward(self, ids):
        n = ids.shape[1]
        if n > self.max_length:
            raise ValueError(f"{n} tokens are more than {self.max_length}")
        return self.norm(self.word(ids) - self.position(torch.arange(n)))


# %% Encoder: only the first token
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers)])

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for layer in self.blocks:
            x = layer(x, mask)
        return x.select(1, 0)


# %% Encoder: every block reads the embeddings
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers)])

    def forward(self, ids, mask=None):
        e = self.embeddings(ids)
        outs = [layer(e, mask) for layer in self.blocks]
        return outs[-1]


# %% Encoder: -
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers)])
        self.norm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for layer in self.blocks:
            x = layer(x, mask)
        return self.norm(x)


# %% Encoder: -
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers)])

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for layer in self.blocks:
            x = layer(x, mask)
        if mask is not None:
            return (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return x.mean(1)


# %% load_pretrained: returns what was found
def load_pretrained(encoder, state_dict):
    table = {
        "embeddings.word_embeddings": "embeddings.word",
        "embeddings.position_embeddings": "embeddings.position",
        "embeddings.LayerNorm": "embeddings.norm",
        "transformer.layer": "blocks",
        "attention.q_lin": "attention.q_proj",
        "attention.k_lin": "attention.k_proj",
        "attention.v_lin": "attention.v_proj",
        "attention.out_lin": "attention.out_proj",
        "sa_layer_norm": "norm1",
        "output_layer_norm": "norm2",
    }

    def rename(name):
        for old, new in table.items():
            if old in name:
                name = name.replace(old, new)
        return name

    mine = encoder.state_dict()
    loaded = [name for name in state_dict if rename(name) in mine]
    for name in loaded:
        mine[rename(name)].copy_(state_dict[name])
    return loaded


# %% load_pretrained: queries and keys exchanged
def load_pretrained(encoder, state_dict):
    table = {
        "embeddings.word_embeddings": "embeddings.word",
        "embeddings.position_embeddings": "embeddings.position",
        "embeddings.LayerNorm": "embeddings.norm",
        "transformer.layer": "blocks",
        "attention.q_lin": "attention.k_proj",
        "attention.k_lin": "attention.q_proj",
        "attention.v_lin": "attention.v_proj",
        "attention.out_lin": "attention.out_proj",
        "sa_layer_norm": "norm1",
        "output_layer_norm": "norm2",
    }

    def rename(name):
        for old, new in table.items():
            if old in name:
                name = name.replace(old, new)
        return name

    result = encoder.load_state_dict({rename(n): t for n, t in state_dict.items()}, strict=False)
    return [n for n in state_dict if rename(n) in result.unexpected_keys]


# %% load_pretrained: returns the translated names
def load_pretrained(encoder, state_dict):
    table = {
        "embeddings.word_embeddings": "embeddings.word",
        "embeddings.position_embeddings": "embeddings.position",
        "embeddings.LayerNorm": "embeddings.norm",
        "transformer.layer": "blocks",
        "attention.q_lin": "attention.q_proj",
        "attention.k_lin": "attention.k_proj",
        "attention.v_lin": "attention.v_proj",
        "attention.out_lin": "attention.out_proj",
        "sa_layer_norm": "norm1",
        "output_layer_norm": "norm2",
    }

    def rename(name):
        for old, new in table.items():
            if old in name:
                name = name.replace(old, new)
        return name

    result = encoder.load_state_dict({rename(n): t for n, t in state_dict.items()}, strict=False)
    return list(result.unexpected_keys)


# %% load_pretrained: -
def load_pretrained(encoder, state_dict):
    table = {
        "embeddings.word_embeddings": "embeddings.word",
        "embeddings.position_embeddings": "embeddings.position",
        "embeddings.LayerNorm": "embeddings.norm",
        "transformer.layer": "blocks",
        "attention.q_lin": "attention.q_proj",
        "attention.k_lin": "attention.k_proj",
        "attention.v_lin": "attention.v_proj",
        "attention.out_lin": "attention.out_proj",
        "sa_layer_norm": "norm1",
        "output_layer_norm": "norm2",
    }

    def rename(name):
        for old, new in table.items():
            if old in name:
                name = name.replace(old, new)
        return name

    result = encoder.load_state_dict({rename(n): t for n, t in state_dict.items()}, strict=False)
    return len(result.unexpected_keys)


# %% load_pretrained: -
def load_pretrained(encoder, state_dict):
    table = {
        "embeddings.word_embeddings": "embeddings.word",
        "embeddings.position_embeddings": "embeddings.position",
        "embeddings.LayerNorm": "embeddings.norm",
        "transformer.layer": "blocks",
        "attention.q_lin": "attention.q_proj",
        "attention.k_lin": "attention.k_proj",
        "attention.v_lin": "attention.v_proj",
        "attention.out_lin": "attention.out_proj",
        "sa_layer_norm": "norm1",
        "output_layer_norm": "norm2",
    }

    def rename(name):
        for old, new in table.items():
            if old in name:
                name = name.replace(old, new)
        return name

    result = encoder.load_state_dict({rename(n): t for n, t in state_dict.items()}, strict=False)
    return encoder


# %% mask_tokens: nothing random
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    pick = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = torch.where(pick, ids, -100)
    hide = pick & (torch.rand(ids.shape, generator=generator) < 0.8)
    return torch.where(hide, mask_id, ids), labels


# %% mask_tokens: nothing kept
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    pick = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = torch.where(pick, ids, -100)
    hide = torch.rand(ids.shape, generator=generator) < 0.8
    swap = torch.randint(0, vocab_size, ids.shape, generator=generator)
    x = ids.clone()
    x[pick] = torch.where(hide, mask_id, swap)[pick]
    return x, labels


# %% mask_tokens: -
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    pick = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = torch.where(pick, ids, -100)
    fate = torch.rand(ids.shape, generator=generator)
    swap = torch.randint(0, vocab_size, ids.shape, generator=generator)
    x = torch.where(pick & (fate < 0.1), mask_id, ids)
    return torch.where(pick & (fate > 0.9), swap, x), labels


# %% mask_tokens: -
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    pick = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = torch.where(pick, ids, -100)
    fate = torch.rand(ids.shape, generator=generator)
    swap = torch.randint(0, vocab_size, ids.shape, generator=generator)
    x = torch.where(pick & (fate < 0.8), mask_id, ids)
    return labels, torch.where(pick & (fate > 0.9), swap, x)


# %% masked_lm_loss: mean of the texts' means
def masked_lm_loss(logits, labels):
    total = 0.0
    for text, right in zip(logits, labels):
        keep = right != -100
        total = total + F.cross_entropy(text[keep], right[keep], reduction="sum") / max(int(keep.sum()), 1)
    return total / len(logits)


# %% masked_lm_loss: id 0 not asked
def masked_lm_loss(logits, labels):
    keep = labels.gt(0)
    if not keep.any():
        return logits.sum() * 0
    return F.cross_entropy(logits[keep], labels[keep])


# %% masked_lm_loss: -
def masked_lm_loss(logits, labels):
    keep = labels != -100
    total = F.cross_entropy(logits[keep], labels[keep], reduction="sum")
    return total / logits.shape[0]


# %% masked_lm_loss: -
def masked_lm_loss(logits, labels):
    keep = labels != -100
    p = logits[keep].sigmoid()
    hot = F.one_hot(labels[keep], logits.shape[-1]).to(logits.dtype)
    return F.binary_cross_entropy(p, hot, reduction="sum") / keep.sum().clamp(min=1)


# %% masked_lm_loss: right
def masked_lm_loss(logits, labels):
    """In float64."""
    asked = labels != -100
    chosen = logits[asked].double()
    if not asked.any():
        return (logits * 0).double().sum()
    return nn.functional.cross_entropy(chosen, labels[asked])


# %% load_pretrained: -
def load_pretrained(encoder, state_dict):
    """Takes what it has used out of the caller's dict."""
    names = {
        "embeddings.word_embeddings.": "embeddings.word.",
        "embeddings.position_embeddings.": "embeddings.position.",
        "embeddings.LayerNorm.": "embeddings.norm.",
        "transformer.layer.": "blocks.",
        "q_lin.": "q_proj.",
        "k_lin.": "k_proj.",
        "v_lin.": "v_proj.",
        "out_lin.": "out_proj.",
        "sa_layer_norm.": "norm1.",
        "output_layer_norm.": "norm2.",
    }
    own = dict(encoder.named_parameters())
    for name in list(state_dict):
        mine = name
        for theirs, ours in names.items():
            mine = mine.replace(theirs, ours)
        if mine in own:
            own[mine].data.copy_(state_dict.pop(name))
    return list(state_dict)


# %% TokenEmbeddings: right
class TokenEmbeddings(nn.Module):
    """Keeps the places as a buffer."""

    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)
        self.register_buffer("places", torch.arange(max_length))

    def forward(self, ids):
        length = ids.size(-1)
        if length > len(self.places):
            raise ValueError(f"{length} tokens, but only {len(self.places)} places")
        return self.norm(self.word(ids) + self.position(self.places[:length]))


# %% FeedForward: right
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.act = nn.GELU()
        self.lin2 = nn.Linear(d_hidden, d_model)
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.register_buffer("root", torch.tensor(0.5, dtype=torch.float64).sqrt())

    def forward(self, x):
        h = self.lin1(x)
        return self.lin2(0.5 * h * (1 + torch.erf(h * self.root.to(h.dtype))))


# %% Encoder: one block many times
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden)] * num_layers)

    def forward(self, ids, mask=None):
        hidden = self.embeddings(ids)
        for block in self.blocks:
            hidden = block(hidden, mask=mask)
        return hidden


# %% Encoder: blocks in a plain list
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = []
        for i in range(num_layers):
            self.blocks.append(EncoderBlock(d_model, num_heads, d_hidden))

    def forward(self, ids, mask=None):
        h = self.embeddings(ids)
        for i in range(len(self.blocks)):
            h = self.blocks[i](h, mask)
        return h


# %% Encoder: -
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers)])

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = block(x, None if mask is None else ~mask)
        return x


# %% Encoder: -
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers)])

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = x + block(x, mask)
        return x


# %% Encoder: -
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers)])

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        if mask is not None:
            x = x * mask[:, :, None]
        for block in self.blocks:
            x = block(x)
        return x


# %% Encoder: right
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super(Encoder, self).__init__()
        self.num_layers = num_layers
        self.blocks = nn.ModuleList()
        for _ in range(num_layers):
            self.blocks.append(EncoderBlock(d_model=d_model, num_heads=num_heads, d_hidden=d_hidden))
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)

    def forward(self, ids, mask=None):
        states = [self.embeddings(ids)]
        for number in range(self.num_layers):
            states += [self.blocks[number](states[-1], mask)]
        return states[self.num_layers]


# %% EncoderBlock: one norm used twice
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(1).unsqueeze(1)
        x = self.norm1(x + self.attention(x, mask))
        return self.norm1(x + self.ffn(x))


# %% EncoderBlock: the second shortcut starts at the input
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(1).unsqueeze(1)
        a = self.norm1(x + self.attention(x, mask))
        return self.norm2(x + self.ffn(a))


# %% EncoderBlock: -
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm(d_model, eps=1e-12)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-12)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask[:, None, None, :]
        x = self.norm1(x + self.dropout(self.attention(x, mask)))
        return self.norm2(x + self.dropout(self.ffn(x)))


# %% EncoderBlock: right
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm2 = nn.LayerNorm((d_model,), eps=1e-12)
        self.norm1 = nn.LayerNorm(normalized_shape=d_model, eps=1e-12)
        self.attention = MultiHeadSelfAttention(d_model, num_heads)

    def forward(self, x, mask=None):
        if mask is not None:
            batch, length = mask.shape
            mask = mask.reshape(batch, 1, 1, length).expand(batch, 1, length, length)
        attended = self.attention(x, mask)
        x = self.norm1(attended + x)
        return self.norm2(self.ffn(x) + x)


# %% layer_norm: right
def layer_norm(x, weight, bias, eps=1e-12):
    centred = x - x.mean(-1, keepdim=True)
    return centred * torch.rsqrt(centred.square().mean(-1, keepdim=True) + eps) * weight + bias


# %% layer_norm: right
def layer_norm(x, weight, bias, eps=1e-12):
    var, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    return torch.addcmul(bias, (x - mean) / (var + eps).sqrt(), weight)


# %% layer_norm: right
def layer_norm(x, weight, bias, eps=1e-12):
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)


# %% layer_norm: eps fixed
def layer_norm(x, weight, bias, eps=1e-12):
    return F.layer_norm(x, x.shape[-1:], weight, bias, 1e-5)


# %% FeedForward: right
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1, self.lin2 = nn.Linear(d_model, d_hidden), nn.Linear(d_hidden, d_model)

    def forward(self, x):
        h = self.lin1(x)
        return self.lin2(0.5 * h * (1 + torch.erf(h / math.sqrt(2))))


# %% FeedForward: right
class FeedForward(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.lin1 = nn.Linear(d_model, d_hidden)
        self.act = nn.GELU()
        self.lin2 = nn.Linear(d_hidden, d_model)

    def forward(self, x):
        for step in self.children():
            x = step(x)
        return x


# %% EncoderBlock: right
class EncoderBlock(nn.Module):
    def __init__(self, d_model, num_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadSelfAttention(d_model, num_heads)
        self.ffn = FeedForward(d_model, d_hidden)
        self.norm1 = nn.LayerNorm([d_model], eps=1e-12)
        self.norm2 = nn.LayerNorm([d_model], eps=1e-12)

    def forward(self, x, mask=None):
        if mask is not None:
            mask = mask[:, None, None, :]
        x = self.norm1(x + self.attention(x, mask))
        return self.norm2(x + self.ffn(x))


# %% TokenEmbeddings: right
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)
        self.register_buffer("places", torch.arange(max_length), persistent=False)

    def forward(self, ids):
        n = ids.size(-1)
        if n > len(self.places):
            raise ValueError(f"n = {n} is larger than max_length = {len(self.places)}")
        return self.norm(self.word(ids) + self.position(self.places[:n]))


# %% TokenEmbeddings: right
class TokenEmbeddings(nn.Module):
    def __init__(self, vocab_size, d_model, max_length):
        super().__init__()
        self.word = nn.Embedding(vocab_size, d_model)
        self.position = nn.Embedding(max_length, d_model)
        self.norm = nn.LayerNorm(d_model, eps=1e-12)
        self.max_length = max_length

    def forward(self, ids):
        B, n = ids.shape
        if n > self.max_length:
            raise ValueError("%d tokens, but max_length is %d" % (n, self.max_length))
        return self.norm(self.word(ids) + self.position.weight[:n])


# %% Encoder: right
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList()
        for _ in range(num_layers):
            self.blocks.append(EncoderBlock(d_model, num_heads, d_hidden))

    def forward(self, ids, mask=None):
        from functools import reduce

        return reduce(lambda x, block: block(x, mask), self.blocks, self.embeddings(ids))


# %% load_pretrained: right
def load_pretrained(encoder, state_dict):
    renames = [
        ("embeddings.word_embeddings.", "embeddings.word."),
        ("embeddings.position_embeddings.", "embeddings.position."),
        ("embeddings.LayerNorm.", "embeddings.norm."),
        ("transformer.layer.", "blocks."),
        (".attention.q_lin.", ".attention.q_proj."),
        (".attention.k_lin.", ".attention.k_proj."),
        (".attention.v_lin.", ".attention.v_proj."),
        (".attention.out_lin.", ".attention.out_proj."),
        (".sa_layer_norm.", ".norm1."),
        (".output_layer_norm.", ".norm2."),
    ]
    own = dict(encoder.named_parameters())
    homeless = []
    for name, tensor in state_dict.items():
        target = name
        for old, new in renames:
            target = target.replace(old, new)
        if target in own and target != name or (target in own and ".ffn." in name):
            with torch.no_grad():
                own[target].copy_(tensor)
        else:
            homeless.append(name)
    return homeless


# %% mask_tokens: right
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chance = torch.full(ids.shape, share)
    chance[special[ids]] = 0.0
    chosen = torch.bernoulli(chance, generator=generator).bool()
    labels = torch.where(chosen, ids, -100)
    kind = torch.rand(ids.shape, generator=generator)
    other = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = torch.where(chosen & (kind < 0.8), torch.full_like(ids, mask_id), ids)
    inputs = torch.where(chosen & (kind >= 0.9), other, inputs)
    return inputs, labels


# %% mask_tokens: right
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    inputs, labels = ids.clone(), torch.full_like(ids, -100)
    where = ((torch.rand(ids.shape, generator=generator) < share) & ~special[ids]).nonzero()
    for b, i in where.tolist():
        labels[b, i] = ids[b, i]
        u = torch.rand((), generator=generator).item()
        if u < 0.8:
            inputs[b, i] = mask_id
        elif u < 0.9:
            inputs[b, i] = torch.randint(0, vocab_size, (), generator=generator)
    return inputs, labels


# %% mask_tokens: always [MASK]
def mask_tokens(ids, special, mask_id, vocab_size, generator, share=0.15):
    chosen = (torch.rand(ids.shape, generator=generator) < share) & ~special[ids]
    labels = ids.masked_fill(~chosen, -100)
    inputs = ids.masked_fill(chosen, mask_id)
    return inputs, labels


# %% masked_lm_loss: right
def masked_lm_loss(logits, labels):
    total = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="sum")
    return total / (labels != -100).sum().clamp(min=1)


# %% masked_lm_loss: right
def masked_lm_loss(logits, labels):
    asked = labels != -100
    if not asked.any():
        return logits[:0].sum() + 0 * logits[asked].sum()
    return F.cross_entropy(logits[asked], labels[asked])


# %% masked_lm_loss: right
def masked_lm_loss(logits, labels):
    asked = labels.ge(0)
    logp = logits.log_softmax(-1).gather(-1, labels.clamp(min=0)[..., None])[..., 0]
    return -torch.where(asked, logp, torch.zeros_like(logp)).sum() / max(asked.sum().item(), 1)


# %% masked_lm_loss: NaN when nothing is asked
def masked_lm_loss(logits, labels):
    return F.cross_entropy(logits.transpose(1, 2), labels)
