// SPDX-License-Identifier: EUPL-1.2

extension Asset {
    /// Three comforts, without which everything works: the form that goes on by itself, the search for a country, and
    /// showing all data at once.
    static let script = Asset(
        path: "/assets/puente.js", contentType: "text/javascript; charset=utf-8",
        body: #"""
            // SPDX-License-Identifier: EUPL-1.2
            "use strict";

            // The form that goes on by itself. Someone who came here by the back button is not sent forward again, and
            // nobody sends twice by pressing the button meanwhile.
            const form = document.querySelector("form[data-autosubmit]");
            if (form && !performance.getEntriesByType("navigation").some((entry) => entry.type === "back_forward")) {
              const wait = (waiting) => {
                document.documentElement.classList.toggle("waiting", waiting);
                form.querySelectorAll("button").forEach((button) => { button.disabled = waiting; });
              };
              wait(true);
              setTimeout(wait, 8000, false);
              addEventListener("pageshow", (event) => { if (event.persisted) wait(false); });
              // A hidden field may be named "submit" and would hide the form's own method.
              HTMLFormElement.prototype.submit.call(form);
            }

            // The search for a country, in any language and without regard to accents.
            const filter = document.querySelector(".filter");
            if (filter) {
              const input = filter.querySelector("input");
              const status = filter.querySelector("[role=status]");
              const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
              const rows = [...document.querySelectorAll(".countries li")]
                .map((row) => ({ row, words: plain(row.dataset.search) }));
              const apply = () => {
                const wanted = plain(input.value.trim());
                let found = 0;
                for (const { row, words } of rows) {
                  row.hidden = !words.includes(wanted);
                  if (!row.hidden) found += 1;
                }
                status.textContent =
                  !wanted ? "" : found ? filter.dataset.count.replace("#", found) : filter.dataset.none;
              };
              input.addEventListener("input", apply);
              input.addEventListener("keydown", (event) => {
                if (event.key !== "Enter") return;
                event.preventDefault(); // or the button that gets the focus would be pressed at once
                document.querySelector(".countries li:not([hidden]) button:enabled")?.focus();
              });
              addEventListener("pageshow", apply);
              filter.hidden = false;
            }

            // All data at once, shown or hidden again.
            const reveal = document.querySelector(".reveal");
            if (reveal) {
              const button = reveal.querySelector("button");
              const [show, hide] = [button.textContent, button.dataset.hide];
              const all = [...document.querySelectorAll(".datum details")];
              const tell = () => { button.textContent = all.every((each) => each.open) ? hide : show; };
              button.addEventListener("click", () => {
                const open = !all.every((each) => each.open);
                for (const each of all) each.open = open;
                tell();
              });
              for (const each of all) each.addEventListener("toggle", tell);
              reveal.hidden = false;
            }

            """#)
}
