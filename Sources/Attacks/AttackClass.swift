// SPDX-License-Identifier: EUPL-1.2

/// A family of attacks, as `Docs/threat-model.md` numbers them.
public struct AttackClass: Hashable, Sendable {
    /// A letter and two digits: `A01`.
    public let id: String
    public let title: String

    /// What the classes of one letter have in common.
    public static let groups: KeyValuePairs<String, String> = [
        "A": "signature wrapping and reference abuse",
        "B": "parser differentials and tricks of XML",
        "C": "keys, algorithms and trust",
        "D": "encryption",
        "E": "content and state",
        "F": "transport, binding, web",
        "G": "metadata and supply",
        "H": "resources and failure",
    ]

    public static let all: [AttackClass] = table.split(separator: "\n").map { line in
        AttackClass(id: String(line.prefix(3)), title: String(line.dropFirst(4)))
    }

    private static let table = """
        A01 an evil element first, the signed original moved behind it
        A02 an evil element last, the signed original before it
        A03 the signed original inside the Signature of the evil element
        A04 the signed original inside Extensions
        A05 an evil root around the signed message
        A06 the signed message inside an assertion or status of evil
        A07 the Signature away from its place
        A08 one ID twice, or under other spellings
        A09 an empty Reference while a part is read
        A10 a Reference to another element
        A11 several References
        A12 several SignedInfo or SignatureValue
        A13 several Signatures
        A14 References by XPointer or XPath
        A15 References to somewhere else
        A16 transforms unknown, in odd order, too many, none
        A17 other Signatures hidden by the enveloped transform
        A18 comments and instructions within digest and signature value
        A19 empty digests, digests of nothing
        A20 PrefixLists that hide or add namespaces
        A21 the assertion of another login
        A22 metadata as a message, a message as metadata
        A23 a request as an answer
        A24 a signed assertion in an unsigned response
        A25 the encrypted assertion swapped
        A26 a second assertion that nobody signed
        B01 document type declarations
        B02 external entities, XInclude
        B03 entities that explode
        B04 comments within values
        B05 instructions and CDATA within values
        B06 one attribute through several prefixes
        B07 prefixes declared anew
        B08 namespaces that canonicalisation stumbles over
        B09 the right name in the wrong namespace
        B10 encodings
        B11 characters that are none
        B12 line ends and blanks as references
        B13 text around the root, two roots
        B14 xml:base, xml:space, xml:lang
        B15 xsi:type, xsi:nil, xsi:schemaLocation
        B16 elements too often or in another order
        B17 look-alikes and text that runs backwards
        B18 blanks around identifiers, addresses and dates
        B19 too deep, too wide, too long
        B20 another tree after writing and reading
        C01 no signature
        C02 an unknown key, shown in KeyInfo
        C03 one certificate shown, another key used
        C04 a clone of the certificate over another key
        C05 certificates expired, weak or for another purpose
        C06 a verdict lost on the way of an exception
        C07 HMAC with what is public
        C08 weak algorithms
        C09 another algorithm than is allowed
        C10 RSA-PSS with odd parameters
        C11 ECDSA values that are none
        C12 RSA values of odd length
        C13 keys of another purpose
        C14 a key of another country or peer
        C15 a key after its end
        C16 answers to nothing, made with a stolen key
        C17 a peer or key slipped into the configuration
        C18 a hardware key that is gone
        D01 padding of CBC as an oracle
        D02 RSA PKCS#1 v1.5 as an oracle
        D03 odd OAEP
        D04 GCM with short tags and odd nonces
        D05 content keys of wrong length, too many recipients
        D06 plaintexts of another kind
        D07 encryption inside encryption
        D08 references to ciphertext elsewhere
        D09 ECDH with odd points
        D10 in clear where it must be encrypted
        D11 believed because it opened
        D12 meant for somebody else
        E01 the same message again
        E02 an answer to another question or session
        E03 Destination, Recipient or return address of others
        E04 Audience of others
        E05 Issuer of others
        E06 times
        E07 OneTimeUse and ProxyRestriction
        E08 confirmations of the subject
        E09 success and failure mixed
        E10 levels of assurance
        E11 attributes of odd form or number
        E12 data sets incomplete or mixed
        E13 attributes that nobody asked for
        E14 sectors that contradict
        E15 answers that nobody asked for
        E16 RelayState
        E17 return addresses that are not registered
        E18 ForceAuthn and IsPassive
        E19 peers that are switched off
        E20 one begins, another finishes
        E21 twice, late, in two tabs
        E22 steering fields
        E23 the name of another service
        E24 logout forged or repeated
        F01 parameters twice
        F02 signatures of the Redirect binding
        F03 DEFLATE and Base64
        F04 methods, types and sizes
        F05 one binding read as another
        F06 the Artifact binding
        F07 markup in what pages show
        F08 addresses that are scripts
        F09 cookies
        F10 headers, smuggled requests
        F11 frames and missing headers
        F12 line breaks into the log
        F13 personal data where it must not be
        F14 identifiers of pages of others
        G01 metadata unsigned, wrapped, of others
        G02 metadata without end, past or older
        G03 entity identifiers of others
        G04 addresses that lead inside
        G05 metadata huge, slow or cut
        G06 keys and addresses that change
        G07 all keys at once
        G08 traps of YAML
        G09 files half written or open to all
        G10 a wrong clock
        H01 floods
        H02 the store full, locked or damaged
        H03 signatures that cost
        H04 noise
        H05 killed at any instant
        H06 a slow peer
        H07 the audit trail altered
        H08 markup in values that we write
        H09 answers that tell by their time
        """
}
