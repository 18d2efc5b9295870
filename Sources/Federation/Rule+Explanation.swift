// SPDX-License-Identifier: EUPL-1.2

extension Rule {
    public var explanation: Explanation {
        switch self {
        case .requestRate:
            Explanation(
                .person, "This node",
                "More requests in a minute than one address may make; a refused message counts as five.",
                "Nothing, unless many people share that address: limits.requests-per-address.")
        case .loginRate:
            Explanation(
                .receiver, "This node",
                "More logins in a minute than one requester may begin.",
                "Ask the requester what it does; if it needs more, limits.logins-per-requester.")
        case .exchangesOpen:
            Explanation(
                .receiver, "This node",
                "More open logins than one requester, or one address, may have.",
                "See who begins logins and does not end them; limits.exchanges-per-requester, exchanges-per-address.")
        case .tooSlow:
            Explanation(
                .person, "RFC 9110 §15.5.9",
                "A request did not arrive in time.",
                "Nothing. In masses somebody is holding connections open; they are closed.")
        case .headTooLarge:
            Explanation(
                .sender, "RFC 6585 §5",
                "The address or the header fields of a request are too long or too many.",
                "Send large messages by HTTP POST.")
        case .notHTTP:
            Explanation(
                .sender, "RFC 9112",
                "What came is no HTTP/1.1 or 1.0, or can be read in two ways.",
                "Look for a broken client, or a proxy in front that passes on what it should refuse.")
        case .methodNotAllowed:
            Explanation(
                .sender, "SAML Bindings 2.0 §3.5",
                "The endpoint was called with a method that it does not serve.",
                "Send the message by HTTP POST.")
        case .contentType:
            Explanation(
                .sender, "SAML Bindings 2.0 §3.5.3",
                "The form was not sent as application/x-www-form-urlencoded.",
                "Post an HTML form with the default encoding.")
        case .parameterMissing:
            Explanation(
                .sender, "SAML Bindings 2.0 §3.5.4",
                "The message field is not in the form.",
                "Send the message in the field SAMLRequest or SAMLResponse, a logout in logoutRequest.")
        case .parameterRepeated:
            Explanation(
                .sender, "SAML Bindings 2.0 §3.5.4",
                "A field came twice, in the address and in the form or under an escaped name, or two messages came at once.",
                "Send one message, and each field exactly once, with its name in plain letters.")
        case .parameterTooLarge:
            Explanation(
                .sender, "eIDAS node limits, 131072 characters",
                "A field or the whole form is larger than the limit.",
                "Send fewer attributes or certificates; the limit is that of the reference node.")
        case .base64:
            Explanation(
                .sender, "RFC 4648 §4",
                "The message is not Base64.",
                "Encode with the standard alphabet and padding; line breaks are allowed, nothing else.")
        case .deflate:
            Explanation(
                .sender, "SAML Bindings 2.0 §3.4.4.1",
                "The compressed message is damaged, has trailing bytes, is too large when unpacked or of another SAMLEncoding.",
                "Compress with raw DEFLATE and send nothing after it; SAMLEncoding may be left out.")
        case .relayStateTooLong:
            Explanation(
                .sender, "SAML Bindings 2.0 §3.5.3",
                "RelayState is longer than the limit or holds control characters.",
                "Keep RelayState at 80 bytes or less.")
        case .relayStateChanged:
            Explanation(
                .sender, "SAML Bindings 2.0 §3.5.3",
                "RelayState came back other than it was sent.",
                "Return RelayState exactly as received.")
        case .crossSite:
            Explanation(
                .sender, "Fetch Metadata Request Headers, Sec-Fetch-Site",
                "A page of another site sent one of our own forms.",
                "Only our pages send these forms. Somebody may be trying to act for a person.")
        case .xmlEncoding:
            Explanation(
                .sender, "SAML Core 2.0 §1.2",
                "The document is not UTF-8, says another encoding, or is a message with a byte order mark.",
                "Write the message as UTF-8 without byte order mark.")
        case .xmlDocumentType:
            Explanation(
                .sender, "eIDAS node 203013",
                "The document has a document type declaration.",
                "Remove the DOCTYPE; SAML messages have none.")
        case .xmlMalformed:
            Explanation(
                .sender, "XML 1.0",
                "The document is not well-formed XML with namespaces.",
                "Check the serialiser; nothing may come before or after the root element.")
        case .xmlLimit:
            Explanation(
                .sender, "Limits of this node",
                "The document is too deep, too wide or has too long names or texts.",
                "Compare with the limits in the operations manual.")
        case .xmlIdentifierRepeated:
            Explanation(
                .sender, "XML Signature 1.1 §4.4.3",
                "An identifier occurs twice, or under another spelling of ID.",
                "Give each element an ID of its own.")
        case .xmlCommentInText:
            Explanation(
                .sender, "SAML Core 2.0 §1.3.1",
                "A comment cuts a text in two.",
                "Remove comments from values.")
        case .xmlForbiddenNode:
            Explanation(
                .sender, "SAML Core 2.0 §1.3.1",
                "The document holds a processing instruction, a CDATA section or an entity reference.",
                "Write values as plain text.")
        case .xmlNamespace:
            Explanation(
                .sender, "Exclusive XML Canonicalization 1.0",
                "A namespace is relative, undeclared or otherwise unusable for canonicalisation.",
                "Declare absolute namespace URIs.")
        case .messageType:
            Explanation(
                .sender, "SAML Core 2.0 §3",
                "The document is another kind of message than this endpoint serves.",
                "Send the message to the endpoint that serves it.")
        case .messageSchema:
            Explanation(
                .sender, "SAML Core 2.0 schema",
                "Elements or attributes are missing, repeated, unknown or out of order.",
                "Validate the message against the SAML and eIDAS schemas.")
        case .messageVersion:
            Explanation(
                .sender, "SAML Core 2.0 §3.2",
                "Version is not 2.0.",
                "Send Version=\"2.0\".")
        case .messageIdentifier:
            Explanation(
                .sender, "SAML Core 2.0 §1.3.4",
                "ID is missing or not an NCName.",
                "Use an underscore and at least 128 random bits in hexadecimal.")
        case .messageIssueInstant:
            Explanation(
                .sender, "SAML Core 2.0 §3.2",
                "IssueInstant is not a UTC instant, too old or in the future.",
                "Check the clocks of both sides (NTP).")
        case .messageDestination:
            Explanation(
                .sender, "SAML Core 2.0 §3.2",
                "Destination is missing or names another address.",
                "Send Destination as published in our metadata.")
        case .messageConsent:
            Explanation(
                .sender, "SAML Core 2.0 §8.4",
                "Consent is none of the values of SAML.",
                "Leave Consent out or use urn:oasis:names:tc:SAML:2.0:consent:unspecified.")
        case .messageIssuer:
            Explanation(
                .sender, "SAML Core 2.0 §2.2.5",
                "Issuer is missing, has a wrong Format, or differs from what was expected.",
                "Send the entity ID of the metadata as Issuer.")
        case .signatureMissing:
            Explanation(
                .sender, "eIDAS Cryptographic Requirements 1.4 §3.1",
                "The message carries no signature where one is needed.",
                "Sign the root element.")
        case .signatureRepeated:
            Explanation(
                .sender, "SAML Core 2.0 §5.4",
                "There is more than one signature where one is expected, or one in an unexpected place.",
                "Sign once, in the place that the schema foresees.")
        case .signatureStructure:
            Explanation(
                .sender, "SAML Core 2.0 §5.4",
                "The signature has parts that the SAML profile does not allow.",
                "Use an enveloped signature with exactly one SignedInfo, Reference and KeyInfo.")
        case .signatureReference:
            Explanation(
                .sender, "SAML Core 2.0 §5.4.2",
                "The signature does not refer to exactly the element around it, or calls it something of XML Signature.",
                "Use one Reference with URI \"#ID\" of the signed element, or empty for the root, and without Type.")
        case .signatureAlgorithm:
            Explanation(
                .sender, "eIDAS Cryptographic Requirements 1.4 §3.3.1",
                "A signature, digest, transform or canonicalisation algorithm is not accepted from this peer.",
                "Use one of the algorithms published in our metadata.")
        case .signatureKeyUnknown:
            Explanation(
                .sender, "eIDAS Interoperability Architecture 1.4 §6.5",
                "The certificate in the signature is none of those registered or published for this peer.",
                "Register the certificate, or wait for the refresh of the metadata after a key change.")
        case .signatureKeyWeak:
            Explanation(
                .sender, "eIDAS Cryptographic Requirements 1.4 §3.4",
                "The key is too short, on another curve, or of the wrong kind for the algorithm.",
                "Use RSA of 3072 bits or more, or one of the named curves.")
        case .signatureKeyExpired:
            Explanation(
                .sender, "eIDAS node 203014",
                "The certificate of the signing key is not valid now.",
                "Renew the certificate and register it.")
        case .signatureKeyRevoked:
            Explanation(
                .sender, "eIDAS node 203017",
                "The authority behind the certificate of the signing key has revoked it.",
                "Ask the sender which key counts now, on another way than the network.")
        case .signatureDigest:
            Explanation(
                .sender, "XML Signature 1.1 §3.2.1",
                "The signed element was changed after signing.",
                "Nothing between signer and us may rewrite the XML.")
        case .signatureValue:
            Explanation(
                .sender, "XML Signature 1.1 §3.2.2",
                "The signature value does not fit the key.",
                "Check that the private key belongs to the certificate.")
        case .signatureSecondOpinion:
            Explanation(
                .operator, "Second opinion of this node",
                "Our verifier accepts the signature and libxmlsec1 does not, or reads something else in it.",
                "Somebody may have found a fault of one of the two: report it, with the document if its sender kept it."
            )
        case .encryptionMissing:
            Explanation(
                .sender, "eIDAS Interoperability Architecture 1.4 §3.2.2",
                "The assertion came in clear where it must be encrypted.",
                "Encrypt the assertion for the key in our metadata.")
        case .encryptionStructure:
            Explanation(
                .sender, "XML Encryption 1.1 §3",
                "The encrypted element is not built as the profile says.",
                "Use EncryptedData of type Element with an EncryptedKey for us.")
        case .encryptionAlgorithm:
            Explanation(
                .sender, "eIDAS Cryptographic Requirements 1.4 §3.2",
                "A cipher, key transport or key agreement is not accepted from this peer.",
                "Use AES-GCM with xmlenc11 RSA-OAEP or ECDH-ES as published in our metadata.")
        case .encryptionFailed:
            Explanation(
                .sender, "XML Encryption 1.1 §4.4",
                "The assertion could not be decrypted.",
                "Check that it was encrypted for the newest key in our metadata.")
        case .encryptionKeyMissing:
            Explanation(
                .receiver, "eIDAS Interoperability Architecture 1.4 §3.2.2",
                "The requester has no usable encryption key, so nothing can be sent.",
                "Register or publish an encryption certificate.")
        case .peerUnknown:
            Explanation(
                .sender, "Cl@ve 200007, eIDAS 003008",
                "Nobody is registered under this ProviderName or entity ID.",
                "Check upper and lower case; register the peer.")
        case .peerDisabled:
            Explanation(
                .operator, "Registration of this node",
                "The peer is registered but switched off.",
                "Switch it on in the services or trust list when it is ready.")
        case .replayed:
            Explanation(
                .sender, "SAML Profiles 2.0 §4.1.4.5",
                "A message or assertion with this ID was accepted before.",
                "Send each message once, with a fresh ID.")
        case .requestForceAuthn:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §2.4.1",
                "ForceAuthn is not true.",
                "Send ForceAuthn=\"true\".")
        case .requestIsPassive:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §2.4.1",
                "IsPassive is true.",
                "Send IsPassive=\"false\".")
        case .requestReplyAddress:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §2.4.1",
                "The AssertionConsumerServiceURL is not one that is registered.",
                "Register the address, or send a registered one.")
        case .requestBinding:
            Explanation(
                .sender, "SAML Core 2.0 §3.4.1",
                "The request asks for an answer by another binding than HTTP POST.",
                "Leave ProtocolBinding out or ask for HTTP-POST.")
        case .requestExtensions:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §2.3.2",
                "The Extensions or the RequestedAttributes are missing or not as the profile says.",
                "Send Extensions with RequestedAttributes.")
        case .requestLoA:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §2.4.1",
                "The requested level of assurance is unknown, repeated or combined in a way that is not allowed.",
                "Ask with Comparison=\"minimum\" for one of the three eIDAS levels.")
        case .requestLoAUnavailable:
            Explanation(
                .operator, "eIDAS node 000009",
                "The chosen country publishes no scheme of the level that is asked for.",
                "Nothing to mend; the country is offered again when its metadata says more.")
        case .requestAttributes:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §2.3.2",
                "The requested attributes are not allowed for this service, mixed, or of a representative.",
                "Ask for what the registration allows; never for natural and legal persons at once.")
        case .requestAttributesUnavailable:
            Explanation(
                .operator, "eIDAS node 203021",
                "The chosen country does not publish an attribute that is required.",
                "Mark the attribute as optional if the service can do without.")
        case .requestSector:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §4.1",
                "SPType is missing, given twice or contradicts the registration.",
                "Give SPType in exactly one place.")
        case .requestNameID:
            Explanation(
                .sender, "SAML Core 2.0 §3.4.1.1",
                "The NameIDPolicy is missing or asks for a format that is not served.",
                "Ask for persistent, transient or unspecified.")
        case .requestMethodExcluded:
            Explanation(
                .sender, "Cl@ve 2.0, EIDASIdP",
                "The service excludes identification by other countries, which is all that this node offers.",
                "Remove EIDASIdP from the requested attributes.")
        case .requestSubject:
            Explanation(
                .sender, "SAML Core 2.0 §3.4.1",
                "The request names a subject, which is not served.",
                "Leave Subject and Conditions out.")
        case .requestVersion:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §3.3",
                "The peers have no protocol version in common.",
                "Publish one of our protocol versions.")
        case .requestCountry:
            Explanation(
                .sender, "eIDAS Interoperability Architecture 1.4 §4",
                "The chosen country is unknown, switched off or cannot serve this request.",
                "Choose one of the countries on the page.")
        case .requestRequesterID:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §2.4.1; eIDAS node 202020",
                "A private requester does not say for which relying party it asks.",
                "Send Scoping/RequesterID: our metadata says that it is needed.")
        case .responseUnsolicited:
            Explanation(
                .sender, "eIDAS Interoperability Architecture 1.4 §3.2.2",
                "Nobody asked for this answer, or another question has been asked since.",
                "Answer the request that was sent, once.")
        case .responseStatus:
            Explanation(
                .sender, "SAML Core 2.0 §3.2.2",
                "The status code is missing or empty, or a second one stands beside Success.",
                "Send one main status code; only failures may have another inside.")
        case .responseAssertions:
            Explanation(
                .sender, "eIDAS Interoperability Architecture 1.4 §3.2.2",
                "There is not exactly one assertion.",
                "Send exactly one assertion on success.")
        case .responseSubject:
            Explanation(
                .sender, "SAML Profiles 2.0 §4.1.4.2",
                "Subject or NameID is missing or not usable.",
                "Send a Subject with a NameID of at most 256 characters and a bearer confirmation.")
        case .responseConfirmation:
            Explanation(
                .sender, "SAML Profiles 2.0 §4.1.4.3",
                "No bearer SubjectConfirmation fits: recipient, request or time is wrong.",
                "Send Recipient, InResponseTo and NotOnOrAfter for this very request.")
        case .responseConditions:
            Explanation(
                .sender, "SAML Core 2.0 §2.5",
                "Conditions, NotBefore, NotOnOrAfter or AudienceRestriction is missing, or there is a condition that cannot be kept.",
                "Send all of them once. OneTimeUse may stand beside them; a ProxyRestriction has to let us answer who asked."
            )
        case .responseAudience:
            Explanation(
                .sender, "eIDAS node 203028",
                "The assertion is meant for somebody else.",
                "Send our entity ID as Audience.")
        case .responseNotYetValid:
            Explanation(
                .sender, "SAML Core 2.0 §2.5.1",
                "The assertion is not valid yet.",
                "Check the clocks of both sides (NTP); a skew can be set for this peer.")
        case .responseExpired:
            Explanation(
                .sender, "SAML Core 2.0 §2.5.1",
                "The assertion is no longer valid.",
                "Check the clocks of both sides (NTP); the person may have waited too long.")
        case .responseAuthnStatement:
            Explanation(
                .sender, "eIDAS Interoperability Architecture 1.4 §3.2.2",
                "There is not exactly one AuthnStatement with a level of assurance and a plausible instant, or its session is over.",
                "Send exactly one AuthnStatement, with SessionNotOnOrAfter to come or without it.")
        case .responseAttributeStatement:
            Explanation(
                .sender, "eIDAS Interoperability Architecture 1.4 §3.2.2",
                "There is not exactly one AttributeStatement, or it is not built as the profile says.",
                "Send exactly one AttributeStatement.")
        case .responseLoAInvalid:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §3.1",
                "The level of assurance of the answer is unknown.",
                "Send one of the levels of the message format.")
        case .responseLoATooLow:
            Explanation(
                .person, "eIDAS Interoperability Architecture 1.4 §5",
                "The level of assurance is lower than was asked for.",
                "The person needs a stronger means of identification.")
        case .responseLoANotPublished:
            Explanation(
                .sender, "eIDAS node 202021",
                "The level of assurance is none of those in the metadata of the sender.",
                "Publish every level that can be returned.")
        case .responseMethod:
            Explanation(
                .person, "Regulation (EU) 910/2014 Art. 6",
                "The person was identified by a method that may not be used for this request.",
                "The person can use another method; see clave-gateway.methods in the settings.")
        case .responseCertificateClass:
            Explanation(
                .person, "Cl@ve 2.0 integration kit, PartialAfirma; @firma, certificate classification",
                "The certificate is of a class that identifies nobody for this request.",
                "The person can use a certificate of a natural person, or of a representative where a company is asked for."
            )
        case .responsePartialAfirma:
            Explanation(
                .peer, "Cl@ve 2.0 integration kit, PartialAfirma",
                "What the gateway says about the certificate cannot be read, or contradicts the person that it names.",
                "Tell the operator of the gateway; keep the support code.")
        case .attributeMissing:
            Explanation(
                .sender, "eIDAS Message Format 1.4 §2.4.2",
                "A required attribute is not in the answer.",
                "Send every attribute with isRequired=\"true\", or an error.")
        case .attributeInvalid:
            Explanation(
                .sender, "eIDAS Attribute Profile 1.4 §2",
                "The value of an attribute is not of its form, of another attribute's type, or empty.",
                "Compare with the attribute profile.")
        case .attributeRepeated:
            Explanation(
                .sender, "eIDAS Attribute Profile 1.4 §2.1",
                "An attribute comes twice, or with more values than its kind allows.",
                "Send one Attribute element with all its values.")
        case .dataSetIncomplete:
            Explanation(
                .sender, "Implementing Regulation (EU) 2015/1501, Annex",
                "A minimum data set is not complete.",
                "Send all mandatory attributes of each person in the answer.")
        case .identifierInvalid:
            Explanation(
                .sender, "eIDAS Attribute Profile 1.4 §2.2.3",
                "The person identifier is not of the form CC/CC/id.",
                "Send the identifier with both country codes and no white space.")
        case .identifierCountry:
            Explanation(
                .sender, "eIDAS node 202003",
                "The person identifier belongs to another country than the sender, or is meant for another.",
                "Check the country codes of the identifier.")
        case .representationNotAccepted:
            Explanation(
                .operator, "eIDAS Attribute Profile 1.4 §2.8",
                "The person acts for another, and the service does not accept that.",
                "Set accepts-representation for the service if it can tell the two apart.")
        case .sourceUnavailable:
            Explanation(
                .operator, "Implementing Regulation (EU) 2015/1501, Annex",
                "No attribute source could be asked for a datum that the requester must have.",
                "See the log for the source: its address, its certificates, and whether it answers.")
        case .sourceInvalid:
            Explanation(
                .operator, "Implementing Regulation (EU) 2015/1501, Annex",
                "An attribute source answered in a way that cannot be read, or with a value that is not of its form.",
                "Compare its answer with the paths and templates in attribute-sources.yaml.")
        case .exchangeUnknown:
            Explanation(
                .person, "This node",
                "There is no such login.",
                "Begin again at the service.")
        case .exchangeExpired:
            Explanation(
                .person, "This node",
                "The login took longer than allowed.",
                "Begin again at the service.")
        case .exchangeFinished:
            Explanation(
                .person, "This node",
                "The login has been answered already.",
                "Begin again at the service.")
        case .exchangeOtherBrowser:
            Explanation(
                .person, "This node",
                "The login was begun in another browser, or cookies are off.",
                "Continue in the same browser, with cookies allowed.")
        case .metadataUnavailable:
            Explanation(
                .peer, "eIDAS node 003009",
                "The metadata could not be read from its source.",
                "See the cause in the log; the last good copy serves until its own end.")
        case .metadataAddressRefused:
            Explanation(
                .operator, "RFC 6890",
                "The source of the metadata, or what it redirects to, is an address that this node does not connect to.",
                "If the source is in a network of your own, allow its block of addresses; if it moved, ask the peer.")
        case .metadataExpired:
            Explanation(
                .peer, "eIDAS Interoperability Architecture 1.4 §6.5",
                "The last good metadata has passed its validUntil.",
                "Ask the peer to publish fresh metadata, then refresh.")
        case .metadataSignature:
            Explanation(
                .peer, "eIDAS Interoperability Architecture 1.4 §6.3",
                "The metadata is not signed by a pinned certificate of this country and role.",
                "Compare the certificate with the one agreed on paper; change the pins only after asking.")
        case .metadataExpiry:
            Explanation(
                .peer, "eIDAS Message Format 1.4 §2.1.1",
                "The end of the metadata, validUntil, is missing, past or too far ahead.",
                "The peer has to publish fresh metadata.")
        case .metadataContent:
            Explanation(
                .peer, "eIDAS Message Format 1.4 §2.1.1",
                "The metadata is not built as SAML says.",
                "Compare with the SAML metadata schema.")
        case .metadataRoleMissing:
            Explanation(
                .peer, "eIDAS Message Format 1.4 §2.1.1",
                "The metadata does not have the role of the trust list.",
                "Ask the peer whether the node was given up; approve the change, or correct the entry.")
        case .metadataKeys:
            Explanation(
                .peer, "eIDAS Cryptographic Requirements 1.4 §3.4",
                "There is no usable signing or encryption key in the metadata.",
                "The peer has to publish RSA of 3072 bits or more, or a named curve.")
        case .metadataEndpoint:
            Explanation(
                .peer, "eIDAS Interoperability Architecture 1.4 §3.2",
                "There is no HTTPS endpoint with a binding that we use.",
                "The peer has to publish an HTTP-POST endpoint.")
        case .metadataCountry:
            Explanation(
                .peer, "eIDAS Message Format 1.4 §4.2",
                "NodeCountry is missing or names another country than the trust list.",
                "Check the country of the entry; Greece is EL.")
        case .metadataEntity:
            Explanation(
                .peer, "eIDAS Interoperability Architecture 1.4 §6.4",
                "The entity ID of the trust list is not in the document.",
                "Correct the entity ID, or ask the peer.")
        case .metadataListContent:
            Explanation(
                .peer, "eIDAS Message Format 1.4 Appendix A",
                "The metadata service list is not built as it should be, or names an entity twice.",
                "The publisher has to mend the list; the last good one serves until its own end.")
        case .metadataListExpiry:
            Explanation(
                .peer, "eIDAS Message Format 1.4 Appendix A",
                "IssueDate or NextUpdate of the metadata service list does not fit the time of day.",
                "Ask the publisher for a fresh list; check the clock of this machine.")
        case .metadataListEntry:
            Explanation(
                .peer, "eIDAS Interoperability Architecture 1.4 §6.2",
                "An entry of the metadata service list is left out: suspended, unusable, or not for this list to say.",
                "Nothing to mend if so meant; else compare territories and roles of the list in the trust list.")
        case .revocationList:
            Explanation(
                .peer, "RFC 5280 §5",
                "A certificate revocation list that the trust list requires cannot be used.",
                "See puente trust status; ask the authority for a fresh list, and compare its certificate.")
        case .countryDisabled:
            Explanation(
                .operator, "Trust list",
                "The country is switched off in the trust list.",
                "Set enabled: true when it is ready.")
        case .configuration:
            Explanation(
                .operator, "This node",
                "A file that an operator edits is not usable.",
                "Run puente check, which names file, line and column.")
        case .keyUnusable:
            Explanation(
                .operator, "This node",
                "One of our own keys or certificates cannot be used.",
                "Run puente check; make or renew the key.")
        case .ownFailure:
            Explanation(
                .operator, "This node",
                "Something broke here.",
                "See the log entry with the support code.")
        case .overloaded:
            Explanation(
                .operator, "This node",
                "Too many logins at once.",
                "The page says to try again; add capacity if it lasts.")
        case .storeUnavailable:
            Explanation(
                .operator, "This node",
                "The store cannot be read or written.",
                "Check disk space and permissions of the state directory.")
        case .notReady:
            Explanation(
                .operator, "This node",
                "The node is starting or stopping.",
                "Wait until /health/ready says yes.")
        case .messageTooLarge:
            Explanation(
                .operator, "eIDAS node limits, 131072 characters",
                "What we would send is larger than the other side accepts.",
                "Ask for fewer attributes.")
        }
    }
}
