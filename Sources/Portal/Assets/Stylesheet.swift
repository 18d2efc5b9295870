// SPDX-License-Identifier: EUPL-1.2

extension Asset {
    /// Custom properties named `--x` hold the colours; a test measures the contrast of each pair that meets.
    static let stylesheet = Asset(
        path: "/assets/puente.css", contentType: "text/css; charset=utf-8",
        body: """
            /* SPDX-License-Identifier: EUPL-1.2 */
            :root {
              --page: #f7f6f2; --surface: #ffffff; --sunken: #ecebe4;
              --ink: #17262d; --quiet: #4b5b63; --line: #7c8a90; --hair: #d9d8d0;
              --brand: #0b4a5a; --on-brand: #ffffff; --brand-hover: #07333f; --link: #0a5c73;
              --top: #0b4a5a; --on-top: #ffffff; --arch: #b4652a;
              --trial: #fbe7c6; --on-trial: #4a2c06; --focus: #a34a00;
              color-scheme: light dark;
            }
            @media (prefers-color-scheme: dark) {
              :root {
                --page: #10191d; --surface: #18242a; --sunken: #0b1215;
                --ink: #e9eef0; --quiet: #adbcc3; --line: #77878f; --hair: #2c3b43;
                --brand: #8fd3e3; --on-brand: #0a2027; --brand-hover: #b9e5ef; --link: #8fd3e3;
                --top: #0a3540; --on-top: #ffffff; --arch: #d98b4b;
                --trial: #4a3412; --on-trial: #fbe7c6; --focus: #ffc069;
              }
            }
            @media (prefers-contrast: more) {
              :root { --quiet: var(--ink); --line: var(--ink); --hair: var(--ink); --page: var(--surface); }
            }

            *, *::before, *::after { box-sizing: border-box; }
            [hidden] { display: none !important; }
            html { font-size: 106.25%; -webkit-text-size-adjust: 100%; }
            body {
              display: flex; flex-direction: column; min-height: 100vh; margin: 0;
              background: var(--page); color: var(--ink);
              font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
              overflow-wrap: break-word;
            }
            h1, h2, h3 { line-height: 1.2; text-wrap: balance; }
            h1 { margin: 0 0 1rem; font-size: clamp(1.7rem, 1.35rem + 1.7vw, 2.35rem); letter-spacing: -0.015em; }
            h2 { margin: 2.25rem 0 0.5rem; font-size: 1.25rem; }
            h3 { margin: 0 0 0.25rem; font-size: 1.05rem; }
            p, ul, ol, dl { margin: 0 0 1rem; max-width: 40rem; }
            a { color: var(--link); text-underline-offset: 0.2em; }
            a:hover { text-decoration-thickness: 2px; }
            :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
            .lead { font-size: 1.15rem; }
            .unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); }

            .inner, main { width: 100%; max-width: 62rem; margin: 0 auto; padding-inline: clamp(1rem, 4vw, 2rem); }
            main { flex: 1; padding-block: clamp(1.5rem, 5vw, 3rem); }
            main:focus { outline: none; }
            .skip { position: absolute; left: 0; top: -6rem; z-index: 1; padding: 0.75rem 1rem; background: var(--surface); }
            .skip:focus { top: 0; }

            .top { background: var(--top); color: var(--on-top); border-bottom: 4px solid var(--arch); }
            .top > .inner { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1.5rem; padding-block: 0.7rem; }
            .top a { color: inherit; }
            .top :focus-visible { outline-color: #ffd9a0; }
            .mark { display: flex; align-items: center; gap: 0.75rem; text-decoration: none; line-height: 1.2; }
            .mark img { display: block; }
            .mark strong { display: block; font-size: 1.2rem; }
            .mark .tagline { font-size: 0.85rem; }
            .languages ul { display: flex; gap: 0.25rem; margin: 0 -0.7rem; padding: 0; list-style: none; }
            .languages a, .languages span { display: block; padding: 0.6rem 0.7rem; font-size: 0.95rem; }
            .languages span { font-weight: 700; text-decoration: underline; text-decoration-color: var(--arch); text-decoration-thickness: 3px; text-underline-offset: 0.4em; }
            @media (max-width: 27rem) { .mark .tagline { display: none; } }
            .trial { max-width: none; margin: 0; padding-block: 0.5rem; background: var(--trial); color: var(--on-trial); font-size: 0.95rem; }
            .trial .inner { display: block; }
            .foot { border-top: 1px solid var(--hair); background: var(--sunken); font-size: 0.95rem; }
            .foot .inner { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0 2rem; padding-block: 0.75rem; }
            .foot ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 0; padding: 0; list-style: none; }
            .foot a { display: block; padding-block: 0.65rem; color: var(--ink); }
            .foot p { margin: 0.5rem 0; color: var(--quiet); }

            button, .button, .ways a.quiet {
              display: inline-block; min-height: 3rem; padding: 0.7rem 1.4rem; border: 2px solid var(--brand); border-radius: 8px;
              background: var(--brand); color: var(--on-brand); font: inherit; font-weight: 600; line-height: 1.3;
              text-align: center; text-decoration: none; cursor: pointer;
            }
            button:hover, .button:hover { background: var(--brand-hover); border-color: var(--brand-hover); }
            button.quiet, .ways a.quiet { background: transparent; color: var(--link); border-color: var(--line); }
            button.quiet:hover, .ways a.quiet:hover { background: var(--sunken); border-color: var(--link); color: var(--link); }
            button:disabled { background: var(--sunken); border-color: var(--hair); color: var(--quiet); cursor: not-allowed; }
            .ways { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; margin: 1.5rem 0; }
            .ways form { margin: 0; }

            .filter { margin: 2rem 0 0; }
            .filter label { display: block; margin-bottom: 0.3rem; font-weight: 600; }
            .filter input {
              width: 100%; max-width: 24rem; min-height: 3rem; padding: 0.6rem 0.9rem; border: 2px solid var(--line); border-radius: 8px;
              background: var(--surface); color: var(--ink); font: inherit;
            }
            .filter [role=status] { min-height: 1.55em; margin: 0.3rem 0 -0.6rem; color: var(--quiet); font-size: 0.95rem; }
            .countries { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 16.5rem), 1fr)); gap: 0.6rem; max-width: none; margin: 1rem 0 0; padding: 0; list-style: none; }
            .countries li { display: flex; }
            .countries button {
              display: flex; flex-direction: column; justify-content: center; flex: 1; min-height: 4rem; padding: 0.55rem 1rem;
              border: 1px solid var(--line); background: var(--surface); color: var(--ink); font-weight: 400; text-align: start;
            }
            .countries .name { font-size: 1.05rem; font-weight: 600; color: var(--link); }
            .countries .native { color: var(--quiet); font-size: 0.92rem; }
            .countries button:enabled:hover { border-color: var(--link); background: var(--surface); box-shadow: inset 4px 0 0 var(--arch); }
            .countries button:enabled:hover .name { text-decoration: underline; text-underline-offset: 0.2em; }
            .countries button:disabled { background: var(--sunken); border: 1px dashed var(--line); }
            .countries button:disabled .name { color: var(--quiet); }
            .countries .why { margin-top: 0.2rem; color: var(--quiet); font-size: 0.88rem; font-style: italic; }
            .empty { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); }
            .cancel { margin: 1.5rem 0 0; }

            .note { max-width: 40rem; margin-top: 2.25rem; padding-inline-start: 1.1rem; border-inline-start: 4px solid var(--arch); font-size: 0.95rem; }
            .note p { margin: 0; }
            @media (min-width: 54rem) {
              .choice { display: grid; grid-template: "intro note" auto "list list" auto / 1fr 1fr; gap: 0.75rem 3rem; align-items: start; }
              .intro { grid-area: intro; }
              .list { grid-area: list; }
              .note { grid-area: note; margin-top: 0; }
            }
            .note details { margin-top: 0.25rem; }
            details p { padding-bottom: 0.25rem; }
            summary { padding-block: 0.6rem; color: var(--link); cursor: pointer; text-decoration: underline; text-underline-offset: 0.2em; }

            @media (min-width: 54rem) {
              .asked { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 1rem 3.5rem; align-items: start; }
              .asked > .data > :is(section, fieldset):first-of-type > :is(h2, legend > h2) { margin-top: 0; }
            }
            .facts { margin: 1.25rem 0; padding: 0.35rem 1.25rem; border: 1px solid var(--hair); border-inline-start: 4px solid var(--arch); border-radius: 8px; background: var(--surface); }
            .facts > div { padding: 0.6rem 0; }
            .facts > div + div { border-top: 1px solid var(--hair); }
            .facts dt { color: var(--quiet); font-size: 0.92rem; }
            .facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
            .names { padding-inline-start: 1.3rem; }
            .names li { padding-block: 0.15rem; }
            .names li::marker { color: var(--arch); }
            fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
            legend { padding: 0; }
            .datum { padding: 0; list-style: none; }
            .datum > li { padding: 0.7rem 1.25rem; border: 1px solid var(--hair); background: var(--surface); }
            .datum > li + li { border-top: 0; }
            .datum > li:first-child { border-radius: 8px 8px 0 0; }
            .datum > li:last-child { border-radius: 0 0 8px 8px; }
            .datum > li:only-child { border-radius: 8px; }
            .datum .name { display: flex; align-items: center; gap: 0.75rem; margin: 0; font-weight: 600; }
            label.name { min-height: 2.6rem; cursor: pointer; }
            .name input { flex: none; width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--brand); }
            .aside { margin: 0.2rem 0 0; color: var(--quiet); font-size: 0.95rem; }
            .mask { display: inline-block; margin-inline-start: 0.6rem; color: var(--quiet); letter-spacing: 0.1em; }
            [open] > summary > .mask { visibility: hidden; }
            .value { margin: 0 0 0.35rem; padding: 0.5rem 0.9rem; border-radius: 6px; background: var(--sunken); font-size: 1.1rem; overflow-wrap: anywhere; }
            .value bdi { white-space: pre-line; }
            .value p, .value dd { margin: 0; }
            .value div + div { margin-top: 0.4rem; }
            .value dt { color: var(--quiet); font-size: 0.92rem; }
            .reveal { margin: 0 0 1rem; }

            .progress { max-width: 40rem; height: 6px; margin: 1.5rem 0; border-radius: 3px; background: var(--hair); overflow: hidden; display: none; }
            .waiting .progress { display: block; }
            .progress::before { content: ""; display: block; width: 35%; height: 100%; border-radius: 3px; background: var(--brand); animation: cross 1.6s ease-in-out infinite alternate; }
            @keyframes cross { from { transform: translateX(0); } to { transform: translateX(186%); } }
            @media (prefers-reduced-motion: reduce) { .progress::before { width: 100%; animation: none; } }

            .support { max-width: 40rem; margin-top: 2.5rem; padding: 1.1rem 1.4rem; border: 1px solid var(--hair); border-inline-start: 4px solid var(--arch); border-radius: 8px; background: var(--surface); }
            .support h2 { margin: 0; font-size: 1rem; color: var(--quiet); }
            .support p { margin: 0.35rem 0 0; }
            .code code { font: 700 1.6rem/1.3 ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", Menlo, monospace; letter-spacing: 0.06em; white-space: nowrap; }

            .steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 1.25rem; max-width: none; padding: 0; list-style: none; counter-reset: step; }
            .steps li { padding-top: 0.9rem; border-top: 4px solid var(--arch); counter-increment: step; }
            .steps h3::before { content: counter(step) ". "; }
            .steps p { margin: 0; }
            .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0 2.5rem; }
            .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 0.75rem; max-width: none; padding: 0; list-style: none; }
            .cards li { padding: 0.6rem 1.1rem 1rem; border: 1px solid var(--hair); border-radius: 8px; background: var(--surface); }
            .cards a { display: inline-block; padding-block: 0.5rem; font-weight: 600; }
            .cards p { margin: 0; color: var(--quiet); }
            .prose li { margin-bottom: 0.4rem; }
            .contact > div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.5rem 0; border-bottom: 1px solid var(--hair); }
            .contact dt { flex: 0 0 14rem; color: var(--quiet); }
            .contact dd { margin: 0; }
            .contact dd a, .support a { display: inline-block; padding-block: 0.2rem; }

            @media (forced-colors: active) {
              button, .button { border: 2px solid ButtonText; }
              button:disabled { border-color: GrayText; color: GrayText; }
              .progress { border: 1px solid CanvasText; }
            }
            @media print {
              :root { --page: #ffffff; --surface: #ffffff; --sunken: #ffffff; --ink: #000000; --quiet: #333333; --link: #000000; --top: #ffffff; --on-top: #000000; }
              .skip, .languages, .foot nav, .filter, .cancel, .progress, .reveal, .ways { display: none; }
              body { min-height: 0; font-size: 11pt; }
              .countries { display: block; columns: 2; }
              .countries button { padding: 0.1rem 0; border: 0; min-height: 0; }
              section, .support { break-inside: avoid; }
            }

            """)
}
