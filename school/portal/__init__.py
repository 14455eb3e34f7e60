"""The portal: courses, materials, assignments, submissions and marks for people who sign in at the provider."""
