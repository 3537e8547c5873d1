"""What identifies people in what they write: finding it, and taking it out."""
