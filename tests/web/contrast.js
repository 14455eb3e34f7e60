// Gives the texts whose contrast with what lies behind them is below WCAG 2 AA: 4.5, or 3 for large ones.
() => {
  const numbers = (text) => text.match(/[\d.]+/g).map(Number);
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim());
  const found = new Set();
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest("svg, .hidden, .skip, noscript") || !hasText(element) || !element.getClientRects().length) continue;
    let behind = element;
    while (behind.parentElement && numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
    const style = getComputedStyle(element);
    const text = luminance(numbers(style.color));
    const back = luminance(numbers(getComputedStyle(behind).backgroundColor));
    const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const words = element.textContent.trim().slice(0, 30);
    if (ratio < (isLarge ? 3 : 4.5)) found.add(`${ratio.toFixed(1)} ${element.className || element.tagName}: ${words}`);
  }
  return [...found];
}
