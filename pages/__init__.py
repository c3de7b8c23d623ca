"""The screens: one file, one question a treasurer asks."""
