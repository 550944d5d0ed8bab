"""The desk: who may do what, the queue, the verdict, and the records."""
