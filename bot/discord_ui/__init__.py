"""The only package that imports discord: commands, buttons, replies, delivery."""
