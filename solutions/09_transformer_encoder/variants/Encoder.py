import torch.nn as nn

# The notebook defines these.
EncoderBlock = ...
TokenEmbeddings = ...


# %% one block many times kind="misconception" also_affects=["load_pretrained"]
# There is only one block, used num_layers times, so all layers share their weights. Look at how many blocks are made.
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
# The blocks are in a Python list, which PyTorch does not look into: no optimiser trains them, and state_dict does not
# hold them.
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
# Only the first block gets the mask; in all others tokens attend to padding again. Look at each call of a block.
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
# The mask never reaches the blocks, so all tokens attend to padding. Look at the arguments of each block.
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
# Each block gets the embeddings again, so the work of the blocks before it is lost. Look at what goes into the next
# block.
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
# The last block exists, but is never used. Count the calls.
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
# The outputs of all blocks are added. The result is what the last block gives; each block adds to its own input
# already.
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
# The embeddings are added to the result once more. The residual connections are inside the blocks; none goes around
# the stack.
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
# There is one more block than num_layers says. Look at the range.
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
# Only the vector of the first token is returned. An encoder gives one vector for every token; to choose one is the
# work of lab 05.
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
# A list of what every block gave is returned. Look at what the docstring says is returned.
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
# The blocks are used in reverse order. Look at which block reads the embeddings.
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
# num_layers and num_heads are exchanged: the encoder has as many blocks as it should have heads. Look at the order of
# the arguments.
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
