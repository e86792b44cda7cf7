"""What the encoder learns on: an accelerator if one is at hand, else the processor.

The same seed gives the same bytes on one kind of device only, and surely on a processor alone: an
accelerator sums in another order, and not always in the same one. Checkpoints load onto either.
"""

import torch


def device() -> torch.device:
    """Asked once for a learning."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
