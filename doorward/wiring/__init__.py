"""What joins the stages to the guarded system for `doorward.pipeline`; the pipeline itself only tells the story."""
