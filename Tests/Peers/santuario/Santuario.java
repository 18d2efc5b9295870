// SPDX-License-Identifier: EUPL-1.2

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.xml.security.Init;
import org.apache.xml.security.encryption.EncryptedData;
import org.apache.xml.security.encryption.EncryptedKey;
import org.apache.xml.security.encryption.XMLCipher;
import org.apache.xml.security.keys.KeyInfo;
import org.apache.xml.security.keys.content.X509Data;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.apache.xml.security.transforms.params.InclusiveNamespaces;
import org.apache.xml.security.utils.XMLUtils;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.agreement.kdf.ConcatenationKDFGenerator;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.params.KDFParameters;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECNamedCurveParameterSpec;
import org.bouncycastle.jce.spec.ECPublicKeySpec;
import org.bouncycastle.util.encoders.Hex;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Apache Santuario behind a line protocol: a request is one line of fields with tabs between them, octets in Base64;
 * the answer is a line "yes" with its results, or "no" with a reason. One process serves any number of requests.
 *
 *   verify  ID-ATTRIBUTE ID CERTIFICATE DOCUMENT             -> yes OCTETS-OF-THE-FIRST-REFERENCE NUMBER-OF-REFERENCES
 *   sign    METHOD DIGEST URI PREFIXES INDEX KEY CERTIFICATE DOCUMENT            -> yes DOCUMENT
 *   decrypt KEY DOCUMENT                                     -> yes OCTETS
 *   encrypt CIPHER TRANSPORT DIGEST MGF CERTIFICATES OCTETS  -> yes ENCRYPTED-DATA
 *
 * "verify" judges the ds:Signature child of the first element with that ID (the root, where ID is empty), or that
 * element if it is a ds:Signature itself, with the key of that certificate alone.
 */
public final class Santuario {
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String DSIG11 = "http://www.w3.org/2009/xmldsig11#";
    private static final String XENC = "http://www.w3.org/2001/04/xmlenc#";
    private static final String XENC11 = "http://www.w3.org/2009/xmlenc11#";
    private static final String EC14N = "http://www.w3.org/2001/10/xml-exc-c14n#";

    public static void main(String[] arguments) throws Exception {
        Security.insertProviderAt(new BouncyCastleProvider(), 1);
        Init.init();
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(line.split("\t", -1)));
            out.flush();
        }
    }

    private static String answer(String[] request) {
        try {
            switch (request[0]) {
                case "verify": return verify(request);
                case "sign": return sign(request);
                case "decrypt": return decrypt(request);
                case "encrypt": return encrypt(request);
                default: throw new IllegalArgumentException("request " + request[0]);
            }
        } catch (Exception | StackOverflowError | OutOfMemoryError reason) {
            String text = reason.getClass().getSimpleName() + ": " + reason.getMessage();
            return "no\t" + text.replaceAll("[\\s\\p{Cntrl}]+", " ");
        }
    }

    private static String verify(String[] request) throws Exception {
        Document document = parse(octets(request[4]));
        Element element = request[2].isEmpty() ? document.getDocumentElement() : null;
        NodeList all = document.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            Element one = (Element) all.item(i);
            registerIdentifiers(one);
            if (element == null && one.getAttributeNS(null, request[1]).equals(request[2])) {
                element = one;
            }
        }
        if (element == null) {
            throw new IllegalArgumentException("no element with that ID");
        }
        XMLSignature signature = new XMLSignature(signatureOf(element), "", true);
        if (!signature.checkSignatureValue(certificate(request[3]).getPublicKey())) {
            return "no\tinvalid";
        }
        byte[] signed = signature.getSignedInfo().getReferencedContentAfterTransformsItem(0).getBytes();
        return "yes\t" + text(signed) + "\t" + signature.getSignedInfo().getLength();
    }

    private static void registerIdentifiers(Element element) {
        NamedNodeMap attributes = element.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            Attr attribute = (Attr) attributes.item(i);
            boolean isPlain = attribute.getNamespaceURI() == null;
            if (isPlain && attribute.getLocalName().matches("ID|Id|id|AssertionID|ResponseID|RequestID")) {
                element.setIdAttributeNode(attribute, true);
            }
        }
    }

    private static Element signatureOf(Element element) {
        if (isNamed(element, DS, "Signature")) {
            return element;
        }
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (isNamed(child, DS, "Signature")) {
                return (Element) child;
            }
        }
        throw new IllegalArgumentException("no signature");
    }

    private static boolean isNamed(Node node, String namespace, String name) {
        return namespace.equals(node.getNamespaceURI()) && name.equals(node.getLocalName());
    }

    private static String sign(String[] request) throws Exception {
        Document document = parse(octets(request[8]));
        Element root = document.getDocumentElement();
        registerIdentifiers(root);
        XMLSignature signature = new XMLSignature(document, "", request[1], EC14N);
        root.insertBefore(signature.getElement(), elementAt(root, Integer.parseInt(request[5])));
        Transforms transforms = new Transforms(document);
        transforms.addTransform(Transforms.TRANSFORM_ENVELOPED_SIGNATURE);
        if (request[4].isEmpty()) {
            transforms.addTransform(EC14N);
        } else {
            transforms.addTransform(EC14N, new InclusiveNamespaces(document, request[4]).getElement());
        }
        signature.addDocument(request[3], transforms, request[2]);
        signature.addKeyInfo(certificate(request[7]));
        signature.sign(privateKey(request[6]));
        return "yes\t" + text(written(document.getDocumentElement()));
    }

    private static Element elementAt(Element parent, int index) {
        int found = 0;
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element && found++ == index) {
                return (Element) child;
            }
        }
        return null;
    }

    private static String decrypt(String[] request) throws Exception {
        Document document = parse(octets(request[2]));
        PrivateKey key = privateKey(request[1]);
        Element data = (Element) document.getElementsByTagNameNS(XENC, "EncryptedData").item(0);
        XMLCipher content = XMLCipher.getInstance();
        content.init(XMLCipher.DECRYPT_MODE, null);
        String algorithm = content.loadEncryptedData(document, data).getEncryptionMethod().getAlgorithm();
        NodeList wrapped = document.getElementsByTagNameNS(XENC, "EncryptedKey");
        Exception reason = new IllegalArgumentException("no EncryptedKey");
        for (int i = 0; i < wrapped.getLength(); i++) {
            try {
                XMLCipher opener = XMLCipher.getInstance();
                opener.init(XMLCipher.UNWRAP_MODE, unwrapping(key, (Element) wrapped.item(i)));
                EncryptedKey one = opener.loadEncryptedKey(document, (Element) wrapped.item(i));
                content.init(XMLCipher.DECRYPT_MODE, opener.decryptKey(one, algorithm));
                return "yes\t" + text(content.decryptToByteArray(data));
            } catch (Exception next) {
                reason = next;
            }
        }
        throw reason;
    }

    /** The private key, or what BouncyCastle's ECDH and ConcatKDF make of it and the originator's key. */
    private static Key unwrapping(PrivateKey key, Element wrapped) throws Exception {
        Element agreed = only(wrapped, XENC, "AgreementMethod");
        if (agreed == null) {
            return key;
        }
        String curve = only(agreed, DSIG11, "NamedCurve").getAttribute("URI").replace("urn:oid:", "");
        ECNamedCurveParameterSpec domain = ECNamedCurveTable.getParameterSpec(curve);
        byte[] point = Base64.getMimeDecoder().decode(only(agreed, DSIG11, "PublicKey").getTextContent());
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", "BC");
        agreement.init(key);
        agreement.doPhase(KeyFactory.getInstance("EC", "BC").generatePublic(
            new ECPublicKeySpec(domain.getCurve().decodePoint(point), domain)), true);
        Element parameters = only(agreed, XENC11, "ConcatKDFParams");
        ByteArrayOutputStream otherInfo = new ByteArrayOutputStream();
        for (String name : new String[] {"AlgorithmID", "PartyUInfo", "PartyVInfo", "SuppPubInfo", "SuppPrivInfo"}) {
            byte[] octets = Hex.decode(parameters.getAttribute(name));
            otherInfo.write(octets, Math.min(1, octets.length), Math.max(0, octets.length - 1));
        }
        String digest = only(parameters, DS, "DigestMethod").getAttribute("Algorithm").replaceAll(".*#sha", "SHA-");
        Digest hash = digest.equals("SHA-256") ? new SHA256Digest()
            : digest.equals("SHA-384") ? new SHA384Digest() : new SHA512Digest();
        ConcatenationKDFGenerator generator = new ConcatenationKDFGenerator(hash);
        generator.init(new KDFParameters(agreement.generateSecret(), otherInfo.toByteArray()));
        String wrap = only(wrapped, XENC, "EncryptionMethod").getAttribute("Algorithm");
        byte[] derived = new byte[Integer.parseInt(wrap.replaceAll(".*kw-aes", "")) / 8];
        generator.generateBytes(derived, 0, derived.length);
        return new SecretKeySpec(derived, "AES");
    }

    private static Element only(Element parent, String namespace, String name) {
        return (Element) parent.getElementsByTagNameNS(namespace, name).item(0);
    }

    private static String encrypt(String[] request) throws Exception {
        Document document = parse("<holder/>".getBytes(StandardCharsets.UTF_8));
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(Integer.parseInt(request[1].replaceAll(".*aes(\\d+)-gcm", "$1")));
        Key key = generator.generateKey();
        XMLCipher content = XMLCipher.getInstance(request[1]);
        content.init(XMLCipher.ENCRYPT_MODE, key);
        EncryptedData data = content.encryptData(
            document, XENC + "Element", new ByteArrayInputStream(octets(request[6])));
        KeyInfo shown = new KeyInfo(document);
        for (String recipient : request[5].split(",")) {
            X509Certificate certificate = certificate(recipient);
            XMLCipher wrapper = XMLCipher.getInstance(request[2], null, request[3].isEmpty() ? null : request[3]);
            wrapper.init(XMLCipher.WRAP_MODE, certificate.getPublicKey());
            EncryptedKey wrapped =
                wrapper.encryptKey(document, key, request[4].isEmpty() ? null : request[4], null);
            KeyInfo recipientInfo = new KeyInfo(document);
            X509Data holder = new X509Data(document);
            holder.addCertificate(certificate);
            recipientInfo.add(holder);
            wrapped.setKeyInfo(recipientInfo);
            shown.add(wrapped);
        }
        data.setKeyInfo(shown);
        return "yes\t" + text(written(content.martial(document, data)));
    }

    private static Document parse(byte[] octets) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
        factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        return builder.parse(new ByteArrayInputStream(octets));
    }

    private static byte[] written(Element element) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        XMLUtils.outputDOM(element, out);
        return out.toByteArray();
    }

    private static X509Certificate certificate(String der) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(octets(der)));
    }

    private static PrivateKey privateKey(String pkcs8) throws Exception {
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(octets(pkcs8));
        List<Exception> reasons = new ArrayList<>();
        for (String kind : new String[] {"RSA", "EC"}) {
            try {
                return KeyFactory.getInstance(kind, "BC").generatePrivate(encoded);
            } catch (Exception reason) {
                reasons.add(reason);
            }
        }
        throw reasons.get(0);
    }

    private static byte[] octets(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    private static String text(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
