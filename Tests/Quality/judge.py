"""Prints the PESQ of what was heard against the reference, one line for each way; fails below a bar."""

import pathlib
import sys
import wave

import numpy
from pesq import pesq

BARS = {"relayed": 4.3, "transcoded": 3.9, "lossy": 3.6}


def samples(path):
    with wave.open(str(path)) as file:
        return numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def main(folder):
    references = {path.name: samples(path) for path in sorted((folder / "reference").glob("*.wav"))}
    met = True
    print(f"{'way':28}{'mean':>6}{'least':>7}{'bar':>6}   MOS-LQO of {len(references)} sentences")
    for way in sorted(path.name for path in folder.iterdir() if path.name != "reference"):
        marks = [
            pesq(8000, reference, samples(folder / way / name), "nb")
            for name, reference in references.items()
        ]
        mean, bar = sum(marks) / len(marks), BARS[way.split("-")[0]]
        met = met and mean >= bar
        print(f"{way:28}{mean:6.2f}{min(marks):7.2f}{bar:6.1f}   {'' if mean >= bar else 'BELOW'}")
    return 0 if met else 1


sys.exit(main(pathlib.Path(sys.argv[1])))
