"""How an answer is made: replications, comparisons, statistics and the ledger they rest on."""


class StudyError(Exception):
    """What stopped a study, in words for the user; `exit_code` is 1 (failed) or 2 (bad input)."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Interrupted(Exception):  # noqa: N818 - an interruption is not an error
    """Ctrl-C: `done` of `total` replications are kept, and the next start goes on from there."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"stopped after {done} of {total} replications; they are kept")
        self.done = done
        self.total = total
