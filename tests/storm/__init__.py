"""The proof of delivery: what a storm of crashes, faults and power cuts leaves of the due queue's promises."""
