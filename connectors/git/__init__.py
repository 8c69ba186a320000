"""Reading repositories with the program git, which is given nothing to decide for itself."""
