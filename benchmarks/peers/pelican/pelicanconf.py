"""A feed and nothing else: no pages, no theme files, what was read kept for the next build."""

SITENAME = "Digests"
SITEURL = FEED_DOMAIN = "https://example.org"
TIMEZONE = "Asia/Shanghai"
PATH = "../source/_posts"
OUTPUT_PATH = "public"
THEME_STATIC_PATHS: list[str] = []
CACHE_CONTENT = LOAD_CONTENT_CACHE = True

FEED_ALL_RSS = "feed.xml"
FEED_MAX_ITEMS = None
RSS_FEED_SUMMARY_ONLY = False
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None

DIRECT_TEMPLATES: list[str] = []
PAGE_PATHS: list[str] = []
STATIC_PATHS: list[str] = []
ARTICLE_SAVE_AS = AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
# Posts of one topic share a title, and posts with one slug would be taken for translations.
PATH_METADATA = r"(?P<slug>.+)\.md"
ARTICLE_URL = "{slug}"
ARTICLE_TRANSLATION_ID = None
