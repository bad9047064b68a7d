// ipywidgets gives its sliders no name that a screen reader could say (and some of them a number
// that is not their value), and no live regions, and offers no way to; so the page does it, as soon
// as they stand in it. Their handles are `noUi-handle` from ipywidgets 8 on. `data-lm-…` keeps
// JupyterLab's own shortcuts off the keys: Enter would edit the cell, an arrow leave the slider
// (shortcuts for what has the focus are stopped only by the attribute on the handle itself).
// The picture's own words are those of its caption.
const start = () => {
  const box = this.closest('.bnviz-live, .bnviz-ask');
  if (!box) return setTimeout(start, 100);
  box.setAttribute('data-lm-suppress-shortcuts', 'true');
  const name = () => {
    const words = box.querySelector('.bnviz-words');
    words?.setAttribute('aria-live', 'polite');
    for (const image of box.querySelectorAll('img.widget-image')) image.alt = words.textContent;
    for (const handle of box.querySelectorAll('.noUi-handle, .ui-slider-handle')) {
      const told = part => handle.closest('.widget-inline-hbox').querySelector(part).textContent;
      handle.setAttribute('role', 'slider');
      handle.setAttribute('aria-label', told('.widget-label'));
      handle.setAttribute('aria-valuetext', told('.widget-readout'));
      handle.setAttribute('data-lm-suppress-shortcuts', 'true');
    }
  };
  new MutationObserver(name).observe(box, {childList: true, subtree: true});
  name();
};
start();
