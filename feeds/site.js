(() => {
"use strict";
const root = document.documentElement, themes = [["system", "\u8ddf\u968f\u7cfb\u7edf"], ["light", "\u6d45\u8272"], ["dark", "\u6df1\u8272"]];
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
const stored = (name, value) => {
try {
if (value) localStorage.setItem(name, value);
return localStorage.getItem(name) || "";
} catch (_) { return value || ""; }
};
const show = (name, value) => { root.dataset[name] = value; };
const copy = (element, text) => navigator.clipboard.writeText(text).then(() => {
const label = element.innerHTML;
element.textContent = "\u5df2\u590d\u5236";
setTimeout(() => { element.innerHTML = label; }, 1500);
});
show("theme", stored("theme"));
addEventListener("DOMContentLoaded", () => {
const sun = document.createElement("button");
sun.type = "button";
sun.className = "theme";
document.querySelector(".bar > div").append(sun);
let place = Math.max(0, themes.findIndex((theme) => theme[0] === root.dataset.theme));
const tell = () => { sun.title = sun.ariaLabel = "\u989c\u8272\uff1a{theme}".replace("{theme}", themes[place][1]); };
sun.onclick = () => {
place = (place + 1) % themes.length;
show("theme", stored("theme", themes[place][0]));
tell();
};
tell();
if (!navigator.clipboard) return;
each("[data-copy]", (element) => {
const source = element.dataset.copy;
element.hidden = false;
element.onclick = (event) => {
event.preventDefault();
copy(element, source ? document.querySelector(source).textContent : element.href);
};
});
});
addEventListener("keydown", (event) => {
const field = document.querySelector("main [name=q]") || document.querySelector("[name=q]");
if (event.key !== "/" || !field || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
event.preventDefault();
field.focus();
field.select();
});
addEventListener("beforeprint", () => each("main details", (part) => { part.open = true; }));
})();
