"""The search index of a site: files that a script in the browser reads, and the web app.

    terms       texts -> terms: words, pairs of neighbouring words, bigrams of Chinese
    shards      terms with the papers that have them, in small binary files
    segments    the parts of the index by date: a new digest changes the newest ones alone
    writer      papers -> the files of a segment
    query       what somebody typed -> terms to look up
    reader      query -> papers, the best first

templates/pages/search.js.j2 is the reader once more; tests run the same cases through both.
"""
