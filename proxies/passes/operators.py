"""Operators of torch by what they do to a network's activations."""

from __future__ import annotations

#: Sums, averages, places and norms by the batch's statistics: linear but for the norms.
LINEAR = frozenset(
    [
        "convolution",
        "mm",
        "bmm",
        "addmm",
        "baddbmm",
        "mv",
        "addmv",
        "add",
        "add_",
        "mul",
        "mul_",
        "div",
        "div_",
        "sum",
        "mean",
        "cat",
        "stack",
        "avg_pool2d",
        "_adaptive_avg_pool2d",
        "avg_pool1d",
        "_adaptive_avg_pool3d",
        "avg_pool3d",
        "adaptive_avg_pool1d",
        "native_batch_norm",
        "_native_batch_norm_legit",
        "_native_batch_norm_legit_no_training",
        "cudnn_batch_norm",
        "_batch_norm_with_update",
        "_batch_norm_no_update",
        "_unsafe_view",
        "view_copy",
        "constant_pad_nd",
        "zeros",
        "zeros_like",
        "new_zeros",
        "ones",
        "ones_like",
        "channel_shuffle",
        "pixel_shuffle",
        "pixel_unshuffle",
        "roll",
        "flip",
        "repeat",
        "upsample_nearest2d",
        "upsample_bilinear2d",
        "index_select",
        "max_pool2d_with_indices",
        "adaptive_max_pool2d",
        "max_pool1d",
        "amax",
        "embedding",
        "index",
        "arange",
        "native_channel_shuffle",
    ]
)
RELUS = frozenset({"relu", "relu_"})
#: What has no pattern of its own beside the units' activations.
BESIDE_PATTERNS = frozenset(
    [
        "native_layer_norm",
        "native_group_norm",
        "sub",
        "sub_",
        "rsub",
        "neg",
        "rsqrt",
        "var_mean",
        "lift_fresh",
    ]
)
HOMOGENEOUS = LINEAR | RELUS | {"leaky_relu", "leaky_relu_", "_prelu_kernel"}
#: What moves channels, so that the first of one layer is not the first of the next.
MOVES_CHANNELS = frozenset(
    [
        "cat",
        "stack",
        "channel_shuffle",
        "native_channel_shuffle",
        "pixel_shuffle",
        "pixel_unshuffle",
        "roll",
        "flip",
        "index",
        "index_select",
    ]
)
