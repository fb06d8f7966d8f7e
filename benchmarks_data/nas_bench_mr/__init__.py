"""NAS-Bench-MR: a list of networks of up to four resolutions, as HRNet has them, trained to
classify, to segment and to recognise videos (Ding et al., ICLR 2022, arXiv 2103.13253;
github.com/dingmyu/NCP).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Dataset
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.nas_bench_mr.setting import Setting, longest_path, setting_of_text

if TYPE_CHECKING:
    from benchmarks_data.nas_bench_mr.network import Network


class NasBenchMr(ListedBenchmark):
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    The networks are those of image classification. The results of segmentation and of videos,
    whose heads are not built, can be targets of a score of the common backbone.

    Attributes:
        datasets: subsets of ImageNet, named by classes and images of a class. The published
            parameters are those of 50 classes, and the published flops those of 128 x 128 pixels.
        size: how many settings the table lists; 2,507 are published.
    """

    name = "nas_bench_mr"
    description = "NAS-Bench-MR: a list of networks of up to four resolutions, on nine tasks"
    paper = "https://arxiv.org/abs/2103.13253"
    files = ("nas_bench_mr",)
    datasets: ClassVar[Mapping[str, Dataset]] = {
        "cls-50-1000": Dataset(50, 128),
        "cls-50-100": Dataset(50, 128),
        "cls-10-1000": Dataset(10, 128),
    }
    #: The source does not say what cls-10c stands for. Its accuracies are multiples of 1/2,500, as
    #: those of 50 classes are and those of 10 are not.
    numbers = (
        *("params_M", "gflops", "cls-10-1000_top1", "cls-10c_top1", "cls-50-100_top1"),
        *("cls-50-1000_top1", "seg_mIoU", "seg-4x_mIoU", "video_top1", "video-p_top1"),
    )

    def parse(self, string: str) -> Setting:
        return setting_of_text(string)

    def is_connected(self, index: int) -> bool:  # noqa: ARG002
        return True

    def canonical(self, index: int) -> str:
        return self.architecture(index).string

    def depth(self, index: int) -> int:
        return longest_path(self.parse(self.architecture(index).string))

    def network(self, index: int, classes: int, seed: int) -> Network:
        from benchmarks_data.nas_bench_mr.network import Network

        return Network(self.parse(self.architecture(index).string), classes, seed)


BENCHMARK = NasBenchMr()
