// SPDX-License-Identifier: EUPL-1.2

extension Asset {
    /// An arch bridge, also the mark at the head of each page.
    static let favicon = Asset(
        path: "/assets/favicon.svg", contentType: "image/svg+xml",
        body: """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
            <rect width="40" height="40" rx="9" fill="#f4f1e8"/>
            <g fill="none" stroke="#0b4a5a" stroke-width="3" stroke-linecap="round">
            <path d="M6 25h28"/>
            <path d="M9 25a11 11 0 0 1 22 0"/>
            <path d="M14.5 25v-9M20 25v-11M25.5 25v-9" stroke-width="2"/>
            </g>
            <path d="M7 31q3.25-2.5 6.5 0t6.5 0 6.5 0 6.5 0" fill="none" stroke="#b4652a" stroke-width="2.5" stroke-linecap="round"/>
            </svg>

            """)
}
