// Pages would cost Hexo time that no other program of the benchmark spends.
const generators = hexo.extend.generator.store;
for (const name of Object.keys(generators)) {
  if (name !== 'rss2') delete generators[name];
}
// Braces are TeX in these posts; as Nunjucks they would make Hexo refuse them.
for (const renderer of Object.values(hexo.extend.renderer.store)) {
  renderer.disableNunjucks = true;
}
