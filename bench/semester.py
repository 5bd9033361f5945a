"""The whole demo semester: seconds per hop and peak memory."""

import resource
import time
from pathlib import Path

from throwaway import begin


def main() -> None:
    """Make the county, load it, print one line per hop."""
    var = begin()
    from demo.county import make_county
    from demo.loading import load

    folder = Path(var) / "county"
    begun = time.perf_counter()
    make_county(folder)
    print(f"{'source files':<12} {time.perf_counter() - begun:7.1f} s")
    begun = time.perf_counter()
    outcome = load(folder)
    total = time.perf_counter() - begun
    for hop, seconds in outcome["hops"].items():
        print(f"{hop:<12} {seconds:7.1f} s")
    print(f"{'all hops':<12} {total:7.1f} s")
    own, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"peak memory {own:.0f} MB, largest child {children:.0f} MB")


if __name__ == "__main__":
    main()
