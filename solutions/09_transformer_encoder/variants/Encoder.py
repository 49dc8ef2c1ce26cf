import torch.nn as nn

# The notebook defines these.
EncoderBlock = ...
TokenEmbeddings = ...


# %% one block many times kind="misconception" also_affects=["load_pretrained"]
# There is only one block, which runs num_layers times, so all layers share their weights: with num_layers=3, the
# encoder has a third of the parameters that it should have. Look at how many blocks are made, and how many names
# `named_parameters()` lists.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList([EncoderBlock(d_model, num_heads, d_hidden)] * num_layers)

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = block(x, mask)
        return x


# %% blocks in a plain list kind="misconception" also_affects=["load_pretrained"]
# The blocks are in a plain Python list, and PyTorch does not look inside lists: `len(list(encoder.parameters()))`
# counts only the embeddings, so no optimiser would train the blocks. Look at the type that the docstring gives for
# `blocks`.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = [EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers)]

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = block(x, mask)
        return x


# %% mask for the first block only kind="misconception" also_affects=["load_pretrained"]
# Only the first block gets the mask. In block 2 and all later ones, tokens attend to padding again, so a text of 3
# tokens changes when 2 places of padding are added. Look at each call of a block.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = block(x, mask)
            mask = None
        return x


# %% mask not passed on kind="misconception" also_affects=["load_pretrained"]
# The mask never reaches the blocks, so real tokens attend to padding: a text of 3 tokens gets other vectors as soon
# as 2 places of padding follow. Look at what each block is called with.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = block(x)
        return x


# %% every block reads the embeddings kind="misconception" also_affects=["load_pretrained"]
# Each block gets the embeddings again, so with 3 blocks the work of the first 2 is lost, and only the last one
# counts. Look at what goes into the second block.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        embedded = self.embeddings(ids)
        for block in self.blocks:
            x = block(embedded, mask)
        return x


# %% the last block left out kind="misconception" also_affects=["load_pretrained"]
# The last block exists but never runs: of 3 blocks, 2 are used, and the third gets no gradient. Look at how many
# rounds the loop makes.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks[:-1]:
            x = block(x, mask)
        return x


# %% sum of all blocks kind="misconception" also_affects=["load_pretrained"]
# The outputs of all blocks are added up, so after 3 blocks a token with normalised features can be three times as
# long as it should be. Compare what you return with the last sentence of the docstring about the result.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        total = 0
        for block in self.blocks:
            x = block(x, mask)
            total = total + x
        return total


# %% a residual around the stack kind="misconception" also_affects=["load_pretrained"]
# The embeddings are added once more to what the last block gives. Each block already adds its own input, so with 2
# blocks there is now a third shortcut, around both. Look at what happens after the loop.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        x = embedded = self.embeddings(ids)
        for block in self.blocks:
            x = block(x, mask)
        return x + embedded


# %% one layer too many kind="misconception" also_affects=["load_pretrained"]
# There is one block more than num_layers says: num_layers=2 gives 3 blocks, and a pretrained model has no weights for
# the third. Look at the numbers that the loop in `__init__` counts.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers + 1))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = block(x, mask)
        return x


# %% only the first token kind="misconception" also_affects=["load_pretrained"]
# Only the vector of the first token is returned: for 2 texts of 5 tokens the result is (2, d_model) instead of (2, 5,
# d_model). Choosing one token is a later step. Look at the shape in the docstring.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = block(x, mask)
        return x[:, 0]


# %% all hidden states kind="misconception" also_affects=["load_pretrained"]
# A list with the output of every block is returned: with 2 blocks, 2 tensors or more. Code that uses the encoder
# expects a single tensor of shape (B, n, d_model). Look at what the docstring says about the result.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        states = [x]
        for block in self.blocks:
            states.append(block(states[-1], mask))
        return states


# %% from the last block to the first kind="misconception" also_affects=["load_pretrained"]
# The blocks run in reverse order: of blocks 0, 1 and 2, block 2 reads the embeddings. Untrained blocks hide this;
# with pretrained weights all numbers are wrong. Look at which block runs first.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in reversed(self.blocks):
            x = block(x, mask)
        return x


# %% sizes exchanged kind="misconception" also_affects=["load_pretrained"]
# num_layers and num_heads are mixed up: with num_layers=2 and num_heads=4, the encoder has 4 blocks instead of 2.
# Both are plain numbers, so nothing raises an error. Look at the order of the arguments, both where they come in and
# where they are passed on.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, 1, d_hidden) for _ in range(num_heads))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = block(x, mask)
        return x


# %% a list in an nn.ModuleList kind="alternative"
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        blocks = []
        for _ in range(num_layers):
            blocks.append(EncoderBlock(d_model, num_heads, d_hidden))
        self.blocks = nn.ModuleList(blocks)
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)

    def forward(self, ids, mask=None):
        hidden = self.embeddings(ids)
        for number in range(len(self.blocks)):
            hidden = self.blocks[number](hidden, mask=mask)
        return hidden


# %% by recursion kind="alternative"
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.ModuleList(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers))

    def forward(self, ids, mask=None):
        return self.run(self.embeddings(ids), mask, 0)

    def run(self, x, mask, number):
        return x if number == len(self.blocks) else self.run(self.blocks[number](x, mask), mask, number + 1)


# %% nn.Sequential as the container kind="alternative"
# `nn.Sequential` can be a plain container: you may loop over it and pass each block a second argument, which calling
# it could not do. Its parameters are registered as in an `nn.ModuleList`.
class Encoder(nn.Module):
    def __init__(self, vocab_size, d_model, num_heads, d_hidden, num_layers, max_length):
        super().__init__()
        self.embeddings = TokenEmbeddings(vocab_size, d_model, max_length)
        self.blocks = nn.Sequential(*(EncoderBlock(d_model, num_heads, d_hidden) for _ in range(num_layers)))

    def forward(self, ids, mask=None):
        x = self.embeddings(ids)
        for block in self.blocks:
            x = block(x, mask)
        return x
