"""What `course-grader grade`, started as a process, prints while it runs."""


def read_results(running, lab, count):
    """The lines up to the one that reports so many more results of the lab."""
    lines = []
    while sum(line.startswith(f"{lab} ") for line in lines) < count:
        lines.append(running.stdout.readline())
        assert lines[-1], "".join(lines)  # the command has ended
    return lines
