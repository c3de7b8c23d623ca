"""The custom styles that the theme cannot say: eleven rules in one block, plus the language of the document."""

from __future__ import annotations

from typing import Final

import streamlit as st

from pages.ui.i18n import Language

#: Hooks are `st-key-*` and `data-testid` only; a browser test counts that each still matches.
RULES: Final = """
/* 1 figures that align, in the serif too */
.stApp { font-variant-numeric: tabular-nums lining-nums; }
/* 2 one measure for page, bar and toolbar */
[data-testid="stMainBlockContainer"], [data-testid="stBottomBlockContainer"] {
  max-width: 1440px; margin-inline: auto; padding-inline: clamp(16px, 4vw, 56px); }
[data-testid="stToolbar"] {
  max-width: 1440px; margin-inline: auto; padding-inline: calc(clamp(16px, 4vw, 56px) - 1rem) clamp(16px, 4vw, 56px); }
/* 3 the sentence */
.st-key-say p { font-family: Newsreader, Georgia, serif; font-size: 1.375rem; line-height: 1.4; text-wrap: pretty; }
/* 4 headline numbers: an ink rule above, a second line without its chip */
.st-key-kpi { border-top: 2px solid; padding-top: .75rem; }
[class*="st-key-kpi"] div:has(> [data-testid="stMetricDelta"]) { flex-wrap: wrap; row-gap: 0; }
[class*="st-key-kpi"] [data-testid="stMetricDelta"] { background: none; padding-inline: 0; font-size: .875rem; }
[class*="st-key-kpi"] [data-testid="stMetricDelta"] * { white-space: normal; overflow: visible; }
/* 5 primary buttons keep their contrast in the dark */
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primaryFormSubmit"] {
  color: light-dark(#fff, #0E1513); }
/* 12 words of an open button, too: Streamlit darkens them below what can be read in the dark */
[data-testid="stPopoverButton"][aria-expanded="true"] { color: inherit; }
/* 6 a drop zone that looks like one */
[data-testid="stFileUploaderDropzone"] { min-height: 7.5rem; align-items: center; border: 1px dashed; }
/* 8 a hairline above the bottom bar */
[data-testid="stBottomBlockContainer"] { border-top: 1px solid light-dark(#D5DEDA, #2C3A35); padding-block: 1rem; }
/* 9 the tour's buttons stay beside its words */
@media (min-width: 900px) { .st-key-tour { flex-wrap: nowrap !important; } }
/* 10 phone sizes */
@media (max-width: 640px) { .stApp h1 { font-size: 1.75rem; } .st-key-say p { font-size: 1.1875rem; } }
/* 11 print: A4 across, without what is only for working */
@media print {
  @page { size: A4 landscape; margin: 14mm; }
  [data-testid="stHeader"], [data-testid="stToolbar"], .st-key-panel, .st-key-actions, .st-key-band,
  [data-testid="stBottomBlockContainer"], [data-testid="stExpander"], [data-testid="stButton"], .st-key-tour,
  [data-testid="stDownloadButton"], .st-key-next, [data-testid="stDateInput"],
  [data-testid="stSelectbox"] { display: none; }
  [data-testid="stHeading"] { break-after: avoid; }
  [data-testid="stPlotlyChart"], [data-testid="stTable"] { break-inside: avoid; }
  .stApp { color-scheme: light; } }
"""
#: A window up to so many CSS pixels wide is narrow, as in rule 10.
NARROW_PX: Final = 640
#: 7: the uploader speaks English alone, and names a limit above ours, which refuses in the reader's words.
_UPLOADER: Final = """
[data-testid="stFileUploaderDropzoneInstructions"] > * { display: none; }
[data-testid="stFileUploaderDropzoneInstructions"]::after { content: "or drop them here, 200 MB at most"; }
"""
_UPLOADER_FR: Final = """
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p::after {
  content: "Choisir des fichiers"; font-size: .875rem; }
[data-testid="stFileUploaderDropzoneInstructions"]::after { content: "ou déposez-les ici, 200 Mo au plus"; }
"""
#: The document's language for screen readers; a change of the system's theme needs a fresh page, because figures have
#: their colours already (the state is in the address).
_SCRIPT: Final = """<script>
document.documentElement.lang = "%s";
if (!window.encaisseTheme) {
  window.encaisseTheme = true;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());
}
// A window that is narrow when the app is opened is laid out like a phone: the server learns of it by a cookie.
(() => {
  const narrow = "encaisse_narrow=" + (innerWidth <= %d ? 1 : 0);
  const known = () => document.cookie.split("; ").find(one => one.startsWith("encaisse_narrow=")) ?? "encaisse_narrow=0";
  if (known() === narrow || /Mobile/.test(navigator.userAgent)) return;
  document.cookie = narrow + "; path=/; max-age=31536000; SameSite=Lax";
  if (known() === narrow) location.reload();
})();
// a table that scrolls sideways can be reached by the keyboard, which the framework forgets; it may begin to scroll
// without a new element, when a font arrives or the window narrows
window.encaisseTables ??= (() => {
  const reach = box => { if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; };
  const sized = new ResizeObserver(changes => changes.forEach(({target}) => {
    const table = target.closest('[data-testid="stTable"]');
    if (table) [table, ...table.querySelectorAll("div")].forEach(reach); }));
  const watched = new WeakSet();
  const look = () => document.querySelectorAll('[data-testid="stTable"], [data-testid="stTable"] :is(div, table)').forEach(
    box => { if (!watched.has(box)) { watched.add(box); sized.observe(box); } reach(box); });
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
  look();
  return true;
})();
</script>"""


def style(language: Language) -> None:
    """Put the styles on the page, once per run and before anything else."""
    st.html(f"<style>{RULES}{_UPLOADER}{_UPLOADER_FR if language == 'fr' else ''}</style>")


def document(language: Language) -> None:
    """Tell the browser the page's language; last on the page, because it takes a gap."""
    st.html(_SCRIPT % (language, NARROW_PX), unsafe_allow_javascript=True)
