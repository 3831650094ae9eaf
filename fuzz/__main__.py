"""`python -m fuzz [TARGET]… --seconds N`: fuzz each target for N seconds and say what broke.

The corpus stays under var/fuzz, so that the next run goes on from it. Exit code 2 on a finding,
with a small reproducer; 1 where atheris is not installed.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var" / "fuzz"
INPUT_SECONDS = 10
MEMORY_MIB = 1024
MAX_OCTETS = 65_536
_MINIMISE_SECONDS = 60
_SHOWN = 1_500
_MISSING = (
    "atheris is not installed here: it has wheels for Linux on x86_64 and Python 3.11 to 3.13 only"
)


def have_atheris() -> bool:
    """Whether anything can be fuzzed here."""
    return importlib.util.find_spec("atheris") is not None


def plant(name: str, folder: Path) -> int:
    """Write the seeds of target `name` into `folder`; answers how many there are."""
    from fuzz.targets import named  # noqa: PLC0415 - makes keys; only when fuzzing begins

    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for seed in named(name).seeds():
        (folder / hashlib.sha256(seed).hexdigest()[:40]).write_bytes(seed)
        count += 1
    return count


def fuzz(name: str, *, seconds: int, var: Path = VAR, seed: int = 0) -> list[Path]:
    """Fuzz one target; return the inputs that broke it.

    `seed`: libFuzzer's, 0 for another one each time. libFuzzer stops at the first breakage.
    """
    corpus, findings = var / name / "corpus", var / name / "findings"
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    plant(name, var / name / "seeds")
    before = set(findings.iterdir())
    command = [
        sys.executable,
        "-m",
        "fuzz.child",
        name,
        f"-max_total_time={seconds}",
        f"-timeout={INPUT_SECONDS}",
        f"-rss_limit_mb={MEMORY_MIB}",
        f"-max_len={MAX_OCTETS}",
        f"-seed={seed}",
        f"-artifact_prefix={findings}/",
        "-print_final_stats=1",
        "-len_control=0",
        "-reload=0",
        str(corpus),
        str(var / name / "seeds"),
    ]
    log = var / name / "log.txt"
    with log.open("wb") as stream:
        # libFuzzer ends by itself; the limit is for a child that hangs beyond its own alarm.
        done = subprocess.run(  # noqa: S603 - our own child
            command,
            cwd=ROOT,
            stdout=stream,
            stderr=stream,
            timeout=seconds + 180,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            check=False,
        )
    # A slow unit is slow by the clock on the wall, which a busy machine slows down as well. What
    # took too much processor time broke the target's own promise, and is a crash.
    found = sorted(p for p in set(findings.iterdir()) - before if not p.name.startswith("slow-"))
    if done.returncode != 0 and not found:
        tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise click.ClickException(f"{name}: the fuzzer failed ({done.returncode}):\n{tail}")
    return found


def executions(name: str, *, var: Path = VAR) -> int:
    """How many inputs the last run of target `name` tried."""
    for line in (var / name / "log.txt").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("stat::number_of_executed_units:"):
            return int(line.rpartition(":")[2])
    return 0


def explain(name: str, path: Path) -> str:
    """What an input does, made small, in words somebody can act on."""
    from fuzz.minimise import breakage, minimise  # noqa: PLC0415 - as above
    from fuzz.targets import named  # noqa: PLC0415 - as above

    run = named(name).run
    data = path.read_bytes()
    said = breakage(run, data)
    if said is None:
        # A hang or too much memory shows itself to libFuzzer only; it names the file by its kind.
        said, small = f"{path.name.partition('-')[0]} (not repeated without instrumentation)", data
    else:
        small = minimise(run, data, seconds=_MINIMISE_SECONDS)
        path.with_suffix(".small").write_bytes(small)
    shown = base64.b64encode(small[:_SHOWN]).decode() + ("…" if len(small) > _SHOWN else "")
    return (
        f"FINDING in {name}: {said}\n"
        f"  {len(data)} octets, {len(small)} when made small; again: "
        f"python -m fuzz {name} --reproduce {path}\n  {shown}"
    )


@click.command()
@click.argument("targets", nargs=-1)
@click.option("--seconds", default=300, show_default=True, help="For each target.")
@click.option("--reproduce", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(targets: tuple[str, ...], seconds: int, reproduce: Path | None) -> None:
    """Fuzz TARGETS (cms, certificate, ocsp, crl; all of them when none is named)."""
    from fuzz.targets import TARGETS  # noqa: PLC0415 - as above

    for name in targets:
        if name not in TARGETS:
            raise click.BadParameter(f"{name}: the targets are {', '.join(TARGETS)}")
    if reproduce is not None:
        for name in targets:
            TARGETS[name].run(reproduce.read_bytes())
        return
    if not have_atheris():
        raise click.ClickException(_MISSING)
    broken = False
    for name in targets or TARGETS:
        found = fuzz(name, seconds=seconds)
        click.echo(f"{name}: {executions(name)} inputs in {seconds} s, {len(found)} findings")
        for path in found:
            broken = True
            click.echo(explain(name, path))
    sys.exit(2 if broken else 0)


if __name__ == "__main__":
    main()
