// Searches the files beside it; publisher/formatter/search/ writes them and tells their form.
// Nothing that is asked leaves the browser but the names of those files.
const PER_SHARD = 128, PER_DOCUMENT = 128, PER_PAGE = 20;
const MOST_TERMS = 24, MOST_CHARACTERS = 40, LONGEST = 300;

const UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3005\\u3040-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf"
  + "\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const WORD = `(?:(?![${UNSPACED}])[\\p{L}\\p{N}])`;
const TOKEN = new RegExp(`[0-9]+(?:\\.[0-9]+)+(?!${WORD})|[${UNSPACED}]+|${WORD}+`, "gu");
const RUN = new RegExp(`^[${UNSPACED}]`, "u");
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ı: "i", ς: "σ" };
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-";
const ARXIV = /^(?:(?:https?:)?(?:\/\/)?(?:[\w.-]*arxiv\.org\/(?:abs|pdf|html)\/|huggingface\.co\/papers\/|(?:dx\.)?doi\.org\/10\.48550\/)?(?:10\.48550\/)?(?:arxiv[:.]\s?)?)(\d\d(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z-]{2,20}(?:\.[a-z]{2})?\/\d{7})(?:v\d{1,3})?(?:\.pdf)?\/?(?:[?#].*)?$/i;
const encoder = new TextEncoder();

function fold(text) {
  const plain = text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]+/g, "").toLowerCase();
  return plain.replace(/[ßæœøłđıς]/g, (letter) => LETTERS[letter]).normalize("NFC");
}

function tokens(text) {
  return Array.from(fold(text).matchAll(TOKEN), ([token]) =>
    isRun(token) ? token : [...token].slice(0, MOST_CHARACTERS).join(""));
}

function isRun(token) {
  return RUN.test(token);
}

function crc32(text) {
  let crc = -1;
  for (const byte of encoder.encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
  }
  return ~crc >>> 0;
}

function pair(first, second) {
  const value = crc32(`${first} ${second}`);
  return `#${DIGITS[(value >> 12) & 63]}${DIGITS[(value >> 6) & 63]}${DIGITS[value & 63]}`;
}

function shardOf(term, shards) {
  return crc32([...term].slice(0, isRun(term) ? 1 : 3).join("")) % shards;
}

// The terms that a paper must have all of; those of one part count together.
function wantedTerms(text) {
  const wanted = new Map();
  const parts = text.slice(0, LONGEST).replace(/[“”„«»「」『』＂]/g, '"').matchAll(/"([^"]*)"?|([^\s"]+)/g);
  let part = 0;
  for (const [, quoted, word] of parts) {
    const phrase = quoted || word || "", words = tokens(phrase), last = words.length - 1;
    const begins = phrase.endsWith("*");
    const add = (term, prefix) => {
      const key = term + (prefix ? "*" : "");
      if (!wanted.has(key)) wanted.set(key, { term, part, begins: prefix });
    };
    for (let at = 0; at < last; at++) {
      if (!isRun(words[at]) && !isRun(words[at + 1]) && !(begins && at + 1 === last)) add(pair(words[at], words[at + 1]), false);
    }
    words.forEach((word, at) => {
      const letters = [...word];
      if (!isRun(word)) add(word, begins && at === last && letters.length > 2);
      else if (letters.length === 1) add(word, true);
      else for (let n = 1; n < letters.length; n++) add(letters[n - 1] + letters[n], false);
    });
    part++;
  }
  return [...wanted.values()].slice(0, MOST_TERMS);
}

function filterTerms({ topic, venue, code }) {
  const terms = [];
  if (topic) terms.push(`topic:${topic}`);
  if (venue.trim()) terms.push(`venue:${fold(venue).trim()}`);
  if (code) terms.push("code:");
  return terms.map((term) => ({ term: [...term].slice(0, MOST_CHARACTERS).join(""), part: -1, begins: false }));
}

function varint(bytes, at) {
  let value = 0, shift = 0, byte;
  do {
    byte = bytes[at++];
    value |= (byte & 127) << shift;
    shift += 7;
  } while (byte > 127);
  return [value, at];
}

// Less than 0 where one sequence of bytes comes before the other.
function compare(one, other) {
  const size = Math.min(one.length, other.length);
  for (let n = 0; n < size; n++) if (one[n] !== other[n]) return one[n] - other[n];
  return one.length - other.length;
}

// The weights of the papers with a term, by their number, in a shard.
function findTerm(bytes, { term, begins }) {
  const wanted = encoder.encode(term), weights = new Map(), current = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = bytes.length;
  for (let block = view.getUint32(0, true); block > 0; block--) {
    at = view.getUint32(4 * block, true);
    if (compare(bytes.subarray(at + 2, at + 2 + bytes[at + 1]), wanted) <= 0) break;
  }
  while (at < bytes.length) {
    current.length = bytes[at];
    const rest = at + 2 + bytes[at + 1];
    current.push(...bytes.subarray(at + 2, rest));
    let size;
    [size, at] = varint(bytes, rest);
    const end = at + size;
    if (begins ? wanted.every((byte, n) => byte === current[n]) : !compare(current, wanted)) {
      for (let last = -1; at < end;) {
        let value;
        [value, at] = varint(bytes, at);
        last += (value >> 2) + 1;
        weights.set(last, Math.max(value & 3, weights.get(last) ?? 0));
      }
    } else if (compare(current, wanted) > 0) break;
    at = end;
  }
  return weights;
}

class Changed extends Error {}

async function unpacked(reply) {
  const buffer = await reply.arrayBuffer(), view = new DataView(buffer);
  const stamp = view.getUint32(0, true), papers = view.getUint32(4, true);
  const body = new Blob([buffer.slice(8)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return { stamp, papers, bytes: new Uint8Array(await new Response(body).arrayBuffer()) };
}

// The files of an index, each read once. What a cache kept of an older one is read again.
class Reader {
  constructor(base, cache = "default") {
    this.base = base;
    this.cache = cache;
    this.files = new Map();
    this.stamps = new Map();
  }

  file(path, cache = this.cache) {
    if (!this.files.has(path)) {
      const answer = fetch(this.base + path, { cache }).then((reply) => {
        if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
        return reply;
      });
      this.files.set(path, answer.then((reply) => path.endsWith(".json") ? reply.json() : unpacked(reply)));
    }
    return this.files.get(path);
  }

  expect(segment, stamp) {
    if ((this.stamps.get(segment) ?? stamp) !== stamp) throw new Changed(segment);
    this.stamps.set(segment, stamp);
  }

  async weights([segment, papers], wanted) {
    const shard = shardOf(wanted.term, Math.ceil(papers / PER_SHARD));
    const file = await this.file(`${segment}/${shard}.bin`);
    if (file.papers !== papers) throw new Changed(segment);
    this.expect(segment, file.stamp);
    return findTerm(file.bytes, wanted);
  }

  async scores(segment, terms) {
    const parts = new Map();
    const lists = await Promise.all(terms.map((wanted) => this.weights(segment, wanted)));
    let allowed = lists.length ? [...lists[0].keys()] : Array.from({ length: segment[1] }, (_, n) => n);
    lists.forEach((weights, at) => {
      allowed = allowed.filter((number) => weights.has(number));
      const { part } = terms[at];
      if (part < 0) return;
      if (!parts.has(part)) parts.set(part, new Map());
      const least = parts.get(part);
      for (const number of allowed) least.set(number, Math.min(weights.get(number), least.get(number) ?? 3));
    });
    return allowed.map((number) => {
      let score = 0;
      for (const least of parts.values()) score += least.get(number);
      return { segment, number, score };
    });
  }

  async hits(segments, terms) {
    const found = await Promise.all(segments.map((segment) => this.scores(segment, terms)));
    const place = new Map(segments.map((segment, at) => [segment, at]));
    return found.flat().sort((a, b) => b.score - a.score || place.get(a.segment) - place.get(b.segment) || a.number - b.number);
  }

  async search(query) {
    const text = query.q.trim(), filters = filterTerms(query);
    const index = await this.file("index.json", "no-cache");
    if (!(text || filters.length || query.year)) return { hits: [], empty: true };
    const segments = index.segments.filter(([name]) => name.startsWith(query.year));
    const number = (text.match(ARXIV) ?? [])[1]?.toLowerCase().replace(/\.[a-z]{2}\//, "/");
    const terms = wantedTerms(number ?? text);
    if (text && !terms.length) return { hits: [] };
    let hits = await this.hits(segments, [...filters, ...terms]);
    if (number) {
      const stem = `papers/${number.replace("/", "-")}`;
      const entries = await this.entries(hits.slice(0, PER_DOCUMENT));
      return { hits, stem: entries.some((entry) => entry.stem === stem) ? stem : "" };
    }
    const longer = wantedTerms(`${text}*`);
    if (hits.length || JSON.stringify(longer) === JSON.stringify(terms)) return { hits };
    hits = await this.hits(segments, [...filters, ...longer]);
    return { hits, byPrefix: hits.length > 0 };
  }

  async entries(hits) {
    return Promise.all(hits.map(async ({ segment: [segment], number }) => {
      const document = await this.file(`${segment}/${Math.floor(number / PER_DOCUMENT)}.json`);
      this.expect(segment, document.stamp);
      const entry = document.papers[number % PER_DOCUMENT];
      if (!entry) throw new Changed(segment);
      const [title, stem, authors, date, venue, hasCode, topics, line] = entry;
      return { title, stem, authors, date, venue, hasCode, topics, line };
    }));
  }
}

function languageOf(text) {
  if (/[\u3040-\u30ff]/.test(text)) return "ja";
  if (/[\uac00-\ud7af]/.test(text)) return "ko";
  return /[\u3400-\u9fff]/.test(text) ? "zh" : "en";
}

function element(name, text, attributes = {}) {
  const made = Object.assign(document.createElement(name), attributes);
  if (text) made.textContent = text;
  return made;
}

// A word of the page in each of its languages.
function word(name, count = 0) {
  const copy = document.getElementById("words").content.querySelector(`[data-word=${name}]`).cloneNode(true);
  const nodes = document.createNodeIterator(copy, NodeFilter.SHOW_TEXT);
  for (let text = nodes.nextNode(); text; text = nodes.nextNode()) text.data = text.data.replace("{count}", count);
  return copy;
}

function row(entry, topics) {
  const item = element("li", "", { className: "paper" });
  const title = element("h2", "", { lang: languageOf(entry.title) });
  title.append(element("a", entry.title, { href: `../${entry.stem}.html` }));
  const meta = element("p", "", { className: "meta" });
  meta.append(element("time", entry.date, { dateTime: entry.date }));
  for (const slug of entry.topics.filter((slug) => Object.hasOwn(topics, slug))) {
    meta.append(" ", element("a", topics[slug], { className: "chip", href: `../topics/${slug}/index.html`, lang: languageOf(topics[slug]) }));
  }
  if (entry.hasCode) {
    const mark = element("span", "", { className: "mark" });
    mark.append(word("code"));
    meta.append(" ", mark);
  }
  item.append(title, meta, element("p", entry.authors, { className: "authors" }), element("p", entry.venue, { className: "venue" }), element("p", entry.line, { lang: languageOf(entry.line) }));
  return item;
}

// Opens the filters of the address before they are painted, so that nothing below them moves.
function openFilters() {
  const given = new URLSearchParams(location.search);
  if (!["topic", "year", "venue", "code"].some((name) => given.get(name))) return;
  new MutationObserver((changes, observer) => {
    const filters = document.getElementById("filters");
    if (!filters) return;
    filters.open = true;
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}

function start() {
  const form = document.getElementById("search"), state = document.getElementById("state");
  const list = document.getElementById("results"), more = document.getElementById("more");
  const { q, topic, year, venue, code } = form.elements;
  let reader = new Reader(""), turn = 0, timer = 0;

  function query() {
    return { q: q.value, topic: topic.value, year: year.value, venue: venue.value, code: code.checked };
  }

  function fillIn() {
    const given = new URLSearchParams(location.search);
    for (const field of [q, topic, year, venue]) field.value = given.get(field.name) ?? "";
    code.checked = given.get("code") === "1";
    if (topic.value || year.value || venue.value || code.checked) document.getElementById("filters").open = true;
  }

  function address() {
    const given = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...given]) if (!value) given.delete(name);
    return `?${given}`;
  }

  function say(hits, ...words) {
    state.replaceChildren(...words);
    list.hidden = !hits;
    if (!hits) more.hidden = true;
  }

  async function show(asked, mine) {
    const { hits, empty, byPrefix, stem } = await reader.search(asked);
    if (mine !== turn) return;
    if (stem) return location.replace(`../${stem}.html`);
    const { topics } = await reader.file("index.json");
    let shown = 0;
    const next = async () => {
      const entries = await reader.entries(hits.slice(shown, shown + PER_PAGE));
      if (mine !== turn) return;
      const rows = entries.map((entry) => row(entry, topics));
      if (shown) list.append(...rows);
      else list.replaceChildren(...rows);
      shown += rows.length;
      more.hidden = shown >= hits.length;
      if (shown > PER_PAGE) rows[0].querySelector("a").focus();
    };
    await next();
    if (mine !== turn) return;
    more.onclick = () => next().catch(fail);
    const count = hits.length === 1 ? word("one") : word("many", hits.length);
    if (empty) say(0);
    else if (!hits.length) say(0, word("none"));
    else if (byPrefix) say(hits.length, count, " ", word("prefix"));
    else say(hits.length, count);
  }

  function fail(error) {
    console.error(error);
    say(0, word("failed"));
  }

  async function run() {
    const mine = ++turn, asked = query();
    try {
      await show(asked, mine);
    } catch {
      // Perhaps a cache has a part of an older index.
      reader = new Reader("", "reload");
      await show(asked, mine).catch(fail);
    }
  }

  function ask(push) {
    clearTimeout(timer);
    if (address() !== (location.search || "?")) history[push ? "pushState" : "replaceState"](null, "", address());
    run();
  }

  if (location.protocol === "file:") {
    say(0, word("disk")); // a browser reads no files for a page from disk
    return;
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(true); });
  form.addEventListener("change", (event) => { if (event.target !== q) ask(false); });
  q.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 250); });
  addEventListener("popstate", () => { fillIn(); run(); });
  fillIn();
  if (!q.value) q.focus({ preventScroll: true });
  run();
}

if (typeof document === "undefined") module.exports = { fold, tokens, wantedTerms, filterTerms, findTerm, shardOf, ARXIV, Reader };
else {
  openFilters();
  addEventListener("DOMContentLoaded", start);
}
