"""What the sandbox sees of the grader: the agent that answers the judge. Nothing here is trusted."""
