// What a reader saves hides the notebook of the same name. When a release brings another one, or
// the reader asks for the original, theirs moves aside: the file list has it under a new name.

async function moveAside(paths, wanted) {
  const store = await new Promise(done => {
    const opening = indexedDB.open(STORAGE);
    opening.onupgradeneeded = () => opening.transaction.abort(); // nothing has been saved here
    opening.onerror = () => done(null);
    opening.onsuccess = () => done(opening.result);
  });
  if (!store?.objectStoreNames.contains('files')) return store?.close();
  const transaction = store.transaction('files', 'readwrite');
  const files = transaction.objectStore('files');
  for (const path of paths)
    files.get(path).onsuccess = ({target: {result: saved}}) => {
      if (!saved || !wanted(saved)) return;
      const name = path.replace('.ipynb', ` (yours, ${saved.last_modified.slice(0, 10)}).ipynb`);
      files.put({...saved, name, path: name}, name);
      files.delete(path);
    };
  await new Promise(done => { transaction.oncomplete = done; });
  store.close();
}

// A link to another notebook stays in the tab, and what was done in this one is saved.
document.addEventListener('click', async event => {
  const link = event.target.closest?.('.jp-RenderedHTMLCommon a');
  const name = link?.pathname.split('/').pop();
  if (!location.pathname.includes('/notebooks/') || !(name in RELEASES)) return; // the laboratory has tabs
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  const {context} = window.jupyterapp.shell.currentWidget;
  if (context.model.dirty) await context.save();
  const address = new URL(location.href);
  address.searchParams.set('path', name);
  address.hash = link.hash;
  location.assign(address);
}, true);

document.addEventListener('click', async event => {
  const asked = event.target.closest?.('a')?.hash.match(/^#original-(.+)$/);
  if (!asked) return;
  event.preventDefault();
  event.stopPropagation();
  await moveAside([asked[1]], () => true);
  location.reload();
}, true);

await moveAside(Object.keys(RELEASES), saved => saved.content?.metadata.release !== RELEASES[saved.path]);

// A picture keeps its size on a phone, where the reader scrolls it sideways, as those with sliders
document.head.insertAdjacentHTML('beforeend', `<style>
  .jp-RenderedImage { overflow-x: auto; }
  .jp-RenderedImage img { min-width: 600px; }
</style>`);

// What is saved keeps the picture or the words beside a widget, which needs the kernel that made it
const VIEW = 'application/vnd.jupyter.widget-view+json', put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (saved, ...key) {
  if (saved?.type === 'notebook' && saved.content?.cells) {
    saved = structuredClone(saved);
    delete saved.content.metadata.widgets;
    for (const {data} of saved.content.cells.flatMap(cell => cell.outputs ?? []))
      if (Object.keys(data ?? {}).some(kind => kind !== VIEW && kind !== 'text/plain'))
        delete data[VIEW];
  }
  return put.call(this, saved, ...key);
};
