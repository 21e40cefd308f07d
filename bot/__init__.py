"""Cliffhanger: a self-hosted Discord companion bot for episodic shows."""
