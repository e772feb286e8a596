"""Brings a suite that exists up to date: the last render, the new one and the disk are merged."""
