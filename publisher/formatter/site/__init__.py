"""The site: the files of the output folder, made anew only where their input changed.

    build           the entry: nothing is planned where nothing changed at all
    plan            papers -> feed items -> paper index -> build targets
    registry        the kinds of targets: papers, archives, issues, feeds, overviews
    build_targets   makes the targets that changed, removes the files of those that are gone

A target depends on as little as can be, and is planned without reading a paper's text: most builds
make few of them. `build_state` has what the last build made, `manifest` the files that are ours.
"""
