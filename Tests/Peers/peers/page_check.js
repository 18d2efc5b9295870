// SPDX-License-Identifier: EUPL-1.2
// Evaluated in every page that a person sees: what is wrong with it, and what it says. `arguments[0]` is the language.
"use strict";
const language = arguments[0];
const faults = [];
const fault = (what, element) => faults.push(element ? `${what}: ${outline(element)}` : what);
const outline = (element) =>
  `<${element.localName}${element.id ? "#" + element.id : ""}${element.className ? "." + element.className : ""}> ` +
  `“${(element.textContent || element.name || "").trim().replace(/\s+/g, " ").slice(0, 50)}”`;
const all = (css) => [...document.querySelectorAll(css)];
const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
  !element.closest(".unseen, .skip") && element.getClientRects().length > 0;

// MARK: The document

if (document.documentElement.lang !== language) fault(`lang is ${document.documentElement.lang}, not ${language}`);
if (!document.title.includes(" · ")) fault(`title “${document.title}”`);
if (document.compatMode !== "CSS1Compat") fault("quirks mode");
for (const [css, wanted] of [["h1", 1], ["main", 1], ["header", 1], ["footer", 1], ["meta[name=viewport]", 1]]) {
  if (all(css).length !== wanted) fault(`${all(css).length} of ${css}`);
}
all("h1, h2, h3, h4, h5, h6").reduce((before, heading) => {
  const level = Number(heading.localName[1]);
  if (level > before + 1) fault(`h${before} is followed by h${level}`, heading);
  return level;
}, 0);
const ids = all("[id]").map((element) => element.id);
for (const id of ids.filter((id, place) => ids.indexOf(id) !== place)) fault(`id ${id} twice`);
for (const element of all("[aria-labelledby], [aria-describedby], label[for]")) {
  const named = ["aria-labelledby", "aria-describedby", "for"].map((name) => element.getAttribute(name) ?? "");
  for (const id of named.join(" ").split(/\s+/).filter((id) => id && !ids.includes(id))) {
    fault(`refers to the absent ${id}`, element);
  }
}
if (sessionStorage.length + localStorage.length) fault("something is kept in the browser's storage");

// MARK: Names

const textOf = (id) => document.getElementById(id)?.textContent;
const label = (element) => (element.getAttribute("aria-label") ??
  element.getAttribute("aria-labelledby")?.split(/\s+/).map(textOf).join(" ") ??
  [element.textContent, ...[...element.querySelectorAll("img")].map((image) => image.alt)].join(" ")).trim();
for (const image of all("img:not([alt])")) fault("image without alt", image);
for (const element of all("button, a[href], summary, h1, h2, h3, legend, th, p, li")) {
  if (seen(element) && !label(element) && !element.matches("[role=status]")) fault("says nothing", element);
}
for (const control of all("input:not([type=hidden]), select, textarea")) {
  const labels = [...(control.labels ?? [])].map((element) => element.textContent.trim()).filter(Boolean);
  if (seen(control) && !labels.length && !control.getAttribute("aria-label")) fault("without label", control);
}
for (const group of all("nav, section")) if (!label(group)) fault("region without a name", group);
for (const fields of all("fieldset:not(:has(> legend:first-child))")) fault("without legend", fields);

// MARK: Room

const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width) fault(`${document.documentElement.scrollWidth} px wide in ${width}`);
for (const element of all("body *")) {
  if (!seen(element)) continue;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  if (box.right > width + 1 || box.left < -1) fault("sticks out", element);
  const isCut = style.overflow !== "visible" && element.scrollWidth > element.clientWidth + 1;
  if (isCut && element.textContent.trim()) fault("is cut off", element);
}
// WCAG 2.2 §2.5.8; links within a sentence are exempt.
for (const target of all("button, a[href], summary, input:not([type=hidden]), select")) {
  if (!seen(target)) continue;
  const { width, height } = (target.closest("label") ?? target).getBoundingClientRect();
  const inSentence = target.localName === "a" && target.parentElement.textContent.trim() !== target.textContent.trim()
    && target.closest("p, dd, li");
  if ((width < 24 || height < 24) && !inSentence) {
    fault(`${Math.round(width)} × ${Math.round(height)} px to hit`, target);
  }
}

// MARK: Contrast, WCAG 2.1 §1.4.3 and §1.4.11

const channels = (colour) => {
  const parts = colour.match(/^rgba?\(([\d., ]+)\)$/)?.[1].split(",").map(Number);
  return parts && { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
};
const over = ({ rgb, alpha }, below) => rgb.map((value, index) => value * alpha + below[index] * (1 - alpha));
const luminance = (rgb) => rgb.map((value) => value / 255)
  .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
const contrast = (first, second) => {
  const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const background = (element) => {
  if (!element) return [255, 255, 255];
  const style = getComputedStyle(element);
  if (style.backgroundImage !== "none") fault("text over an image", element);
  const own = channels(style.backgroundColor);
  const full = own.alpha === 1 ? own.rgb : over(own, background(element.parentElement));
  const opacity = Number(style.opacity);
  return opacity === 1 ? full : over({ rgb: full, alpha: opacity }, background(element.parentElement));
};
const faded = (element) => (element ? Number(getComputedStyle(element).opacity) * faded(element.parentElement) : 1);
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const texts = [];
while (walker.nextNode()) {
  const text = walker.currentNode.data.trim().replace(/\s+/g, " ");
  const element = walker.currentNode.parentElement;
  if (!text || !seen(element)) continue;
  if (/\b(undefined|null|NaN|nil|Optional\()/.test(text)) fault("words of a program", element);
  // Names, values and texts in a language of their own are the same in every translation.
  if (!element.closest("bdi, code, pre, td, dd, [translate=no], body [lang], a[href^='mailto:']")) texts.push(text);
  const style = getComputedStyle(element);
  const [ink, paper] = [channels(style.color), background(element)];
  const found = contrast(over({ rgb: ink.rgb, alpha: ink.alpha * faded(element) }, paper), paper);
  const size = parseFloat(style.fontSize);
  const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  if (found < wanted) fault(`contrast ${found.toFixed(2)}, not ${wanted}`, element);
  if (size < 13) fault(`${size} px`, element);
}
for (const field of all("input[type=search], input[type=text], select, textarea")) {
  if (!seen(field)) continue;
  const found = contrast(channels(getComputedStyle(field).borderTopColor).rgb, background(field.parentElement));
  if (found < 3) fault(`border has contrast ${found.toFixed(2)}, not 3`, field);
}

// MARK: Focus, where `arguments[1]` asks: WCAG 2.1 §2.4.7 and §1.4.11

if (arguments[1]) {
  const focused = document.activeElement;
  const style = getComputedStyle(focused);
  const box = focused.getBoundingClientRect();
  if (!focused.matches(":focus-visible") || style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) {
    fault("the focus does not show", focused);
  } else {
    const found = contrast(channels(style.outlineColor).rgb, background(focused.parentElement));
    if (found < 3) fault(`focus has contrast ${found.toFixed(2)}, not 3`, focused);
  }
  const isInSight = box.bottom >= 1 && box.top <= innerHeight - 1 && box.right >= 1 && box.left <= width - 1;
  if (!isInSight) fault("the focus is out of sight", focused);
}
return { faults, texts };
