"""What leaves the screen on paper or in a file: the management pack in every format, made from one view."""
