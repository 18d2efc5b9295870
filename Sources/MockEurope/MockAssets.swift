// SPDX-License-Identifier: EUPL-1.2

/// What the mock pages refer to.
enum MockAssets {
    static let mark = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 44">
        <path d="M4 3h36v20c0 11-8 16-18 19C12 39 4 34 4 23z" fill="#fff" stroke="#7a1f2b" stroke-width="2.5"/>
        <g fill="none" stroke="#7a1f2b" stroke-width="2.5" stroke-linecap="round">
        <path d="M10 22h24M12 22a10 10 0 0 1 20 0M17 22v-8M22 22V12M27 22v-8"/>
        <path d="M11 29q2.75-2.5 5.5 0t5.5 0 5.5 0 5.5 0" stroke="#2d6a8e"/>
        </g>
        </svg>

        """

    /// Goes on by itself, except for someone who came by the back button; and waits for what happens on a mock phone.
    static let script = """
        // SPDX-License-Identifier: EUPL-1.2
        "use strict";
        if (!performance.getEntriesByType("navigation").some((entry) => entry.type === "back_forward")) {
          const form = document.querySelector("form[data-autosubmit]");
          if (form) HTMLFormElement.prototype.submit.call(form);
          const link = document.querySelector("a[data-autofollow]");
          if (link) location.assign(link.href);
        }
        const waiting = document.querySelector("a[data-wait]");
        const timer = waiting && setInterval(() => {
          fetch(waiting.dataset.wait).then((answer) => answer.text()).then((text) => {
            if (text !== "done") return;
            clearInterval(timer);
            location.replace(waiting.href);
          }).catch(() => {});
        }, 1000);

        """

    static let style = """
        /* SPDX-License-Identifier: EUPL-1.2 */
        :root {
          --page: #fbfaf7; --surface: #ffffff; --ink: #22252b; --quiet: #5a606b; --line: #d9d6cd;
          --brand: #7a1f2b; --on-brand: #ffffff; --brand-hover: #5a121d; --mock: #ffd84d; --on-mock: #2b2200;
          --a: var(--brand); --b: var(--brand); --c: var(--brand); --focus: #b45309; --alert: #fdecea; --on-alert: #7a1411;
          --good: #d9f0e1; --on-good: #0d4a2b; --fair: #e3e8f2; --on-fair: #1d3159; --weak: #fbe3d6; --on-weak: #6b2a09;
          color-scheme: light dark;
        }
        .state { --page: #f2f4f8; --brand: #22428f; --brand-hover: #152d68; }
        .gateway { --a: var(--brand); --b: var(--brand); --c: var(--brand); --page: #f1f6f6; --brand: #00605b; --brand-hover: #003f3c; }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #16181d; --surface: #1f2229; --ink: #e8e9ec; --quiet: #abb1bc; --line: #434955;
            --brand: #f2a9b4; --on-brand: #2b0a11; --brand-hover: #f9cdd3; --focus: #ffb45e; --alert: #4a1512; --on-alert: #ffd9d5;
            --good: #12442a; --on-good: #c9f2d9; --fair: #24324f; --on-fair: #d4e0fb; --weak: #5a2a10; --on-weak: #ffdcc7;
          }
          .state { --page: #13161e; --brand: #abc2ff; --on-brand: #0b1a3f; --brand-hover: #cfdcff; }
          .gateway { --page: #121a1a; --brand: #86d9d2; --on-brand: #00211f; --brand-hover: #b4ece7; }
        }
        .state-de { --a: #1a1a1a; --b: #c8102e; --c: #e9b500; }
        .state-el { --a: #0d5eaf; --b: #ffffff; --c: #0d5eaf; }
        .state-bg { --a: #ffffff; --b: #00916e; --c: #cf2436; }
        .state-pl { --a: #ffffff; --b: #f0c9d0; --c: #cf1f3f; }
        .state-fr { --a: #1f3a93; --b: #ffffff; --c: #d8293c; }
        .state-it { --a: #00804a; --b: #ffffff; --c: #c92f38; }

        *, *::before, *::after { box-sizing: border-box; }
        html { font-size: 106.25%; }
        body {
          display: flex; flex-direction: column; min-height: 100vh; margin: 0; background: var(--page); color: var(--ink);
          font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
          overflow-wrap: break-word;
        }
        h1 { margin: 0 0 1rem; font-size: clamp(1.6rem, 1.3rem + 1.6vw, 2.2rem); line-height: 1.2; text-wrap: balance; }
        p, ul, table { margin: 0 0 1rem; max-width: 42rem; }
        a { color: var(--brand); text-underline-offset: 0.2em; }
        :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
        .inner, main, .mock { width: 100%; max-width: 54rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2rem); }
        main { flex: 1; padding-block: clamp(1.5rem, 5vw, 3rem); }
        .lead { font-size: 1.12rem; }
        .greeting { margin: 0; color: var(--quiet); font-size: 1.1rem; }
        .original { margin-top: -0.6rem; font-size: 1.35rem; color: var(--quiet); }

        .mock { max-width: none; margin: 0; padding-block: 0.45rem; background: var(--mock); color: var(--on-mock); text-align: center; font-size: 0.92rem; }
        header { background: var(--surface); border-bottom: 1px solid var(--line); }
        header::before { content: ""; display: block; height: 7px; border-bottom: 1px solid var(--line); background: linear-gradient(to right, var(--a) 33.3%, var(--b) 33.3% 66.6%, var(--c) 66.6%); }
        header .inner { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1.5rem; padding-block: 0.8rem; }
        .place { display: flex; align-items: center; gap: 0.8rem; color: inherit; text-decoration: none; line-height: 1.25; }
        .place strong { display: block; font-size: 1.15rem; }
        .place small { color: var(--quiet); font-size: 0.9rem; }
        .emblem { display: grid; flex: none; place-items: center; width: 44px; height: 44px; border-radius: 50%; background: var(--brand); color: var(--on-brand); }
        .language { padding: 0.6rem; }
        footer { border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.92rem; }
        footer .inner { padding-block: 1rem; }

        button, .button {
          display: inline-block; min-height: 3rem; padding: 0.7rem 1.4rem; border: 2px solid var(--brand); border-radius: 8px;
          background: var(--brand); color: var(--on-brand); font: inherit; font-weight: 600; line-height: 1.3; text-decoration: none; cursor: pointer;
        }
        button:hover, .button:hover { background: var(--brand-hover); border-color: var(--brand-hover); color: var(--on-brand); }
        button.large { font-size: 1.1rem; padding: 0.9rem 1.6rem; }
        button.quiet, .button.quiet { background: transparent; color: var(--brand); border-color: var(--line); }
        button.quiet:hover, .button.quiet:hover { border-color: var(--brand); background: var(--surface); color: var(--brand); }
        button:disabled, button:disabled:hover { border-style: dashed; border-color: var(--line); background: transparent; color: var(--quiet); cursor: not-allowed; }
        .ways { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.5rem 0; }

        details { max-width: 42rem; margin: 1.25rem 0; padding: 0.6rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); }
        summary { padding-block: 0.3rem; color: var(--brand); cursor: pointer; }
        .options { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 0.75rem 1.5rem; }
        fieldset { margin: 0.5rem 0; padding: 0; border: 0; }
        legend { padding: 0; font-weight: 600; }
        label { display: flex; align-items: baseline; gap: 0.5rem; padding: 0.35rem 0; line-height: 1.35; }

        .citizens { display: grid; gap: 0.6rem; padding: 0; list-style: none; }
        .citizens button { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem; width: 100%; border: 1px solid var(--line); background: var(--surface); color: var(--ink); text-align: start; }
        .citizens button:hover { border-color: var(--brand); box-shadow: inset 4px 0 0 var(--brand); }
        .who { font-size: 1.1rem; }
        .who small { display: inline-block; color: var(--quiet); font-weight: 400; }
        .loa { padding: 0.1rem 0.6rem; border-radius: 1rem; background: var(--fair); color: var(--on-fair); font-size: 0.9rem; font-weight: 600; white-space: nowrap; }
        .loa.high { background: var(--good); color: var(--on-good); }
        .loa.low { background: var(--weak); color: var(--on-weak); }
        .manners { display: grid; gap: 0.9rem; padding: 0; list-style: none; }
        .manners li { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.75rem; }
        .manners span { color: var(--quiet); }

        table { border-collapse: collapse; width: 100%; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
        th, td { padding: 0.6rem 0.9rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; overflow-wrap: anywhere; }
        th { color: var(--quiet); font-weight: 600; overflow-wrap: normal; }
        th[scope=row] { width: 14rem; }
        td a { display: inline-block; padding-block: 0.2rem; }
        td small { color: var(--quiet); }
        tr:last-child > * { border-bottom: 0; }
        @media (max-width: 30rem) {
          tr, th[scope=row], td { display: block; width: auto; }
          th[scope=col] { display: none; }
          th[scope=row] { padding-bottom: 0; border-bottom: 0; }
          td { padding-top: 0; }
          tr:last-child > th { padding-bottom: 0; }
        }
        h2 { margin: 2rem 0 0.75rem; font-size: 1.25rem; line-height: 1.3; }
        .methods { display: grid; gap: 0.7rem; max-width: none; padding: 0; list-style: none; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
        .methods button { display: flex; flex-direction: column; gap: 0.15rem; width: 100%; height: 100%; border-color: var(--line); background: var(--surface); color: var(--ink); font-weight: 400; text-align: start; }
        .methods strong { font-size: 1.15rem; color: var(--brand); }
        .methods button:hover { border-color: var(--brand); background: var(--surface); color: var(--ink); box-shadow: inset 4px 0 0 var(--brand); }
        .methods button:disabled, .methods button:disabled:hover { box-shadow: none; border-color: var(--line); color: var(--quiet); }
        .methods button:disabled strong { color: var(--quiet); }
        .reason { margin-top: 0.3rem; color: var(--on-weak); background: var(--weak); padding: 0.2rem 0.6rem; border-radius: 6px; font-size: 0.92rem; align-self: start; }
        .plain { padding: 0; list-style: none; }
        .plain small { display: block; color: var(--quiet); }
        .columns { display: grid; gap: 0.5rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); }
        .qr { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; }
        .fields { max-width: 24rem; }
        .field { display: block; }
        .field span { display: block; font-weight: 600; }
        .field input { width: 100%; min-height: 3rem; padding: 0.6rem 0.8rem; border: 2px solid var(--quiet); border-radius: 8px; background: var(--surface); color: var(--ink); font: inherit; }
        .digits { font-variant-numeric: tabular-nums; letter-spacing: 0.12em; }
        .alert { padding: 0.7rem 1rem; border-radius: 8px; background: var(--alert); color: var(--on-alert); font-weight: 600; }
        .phone main { width: calc(100% - 1rem); max-width: 26rem; margin-block: 1.5rem; padding-block: 1.5rem; border: 3px solid var(--line); border-radius: 2rem; background: var(--surface); flex: none; }
        .phone footer { margin-top: auto; }
        .sms { display: grid; gap: 0.6rem; padding: 0; list-style: none; }
        .sms li { padding: 0.7rem 1rem; border-radius: 1rem 1rem 1rem 0.2rem; background: var(--fair); color: var(--on-fair); }
        .sms li > bdi { display: block; }
        .facts { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; }
        pre { max-width: 100%; padding: 1rem; overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; }

        """
}
