<?php
// SPDX-License-Identifier: EUPL-1.2
// The page of a service behind SimpleSAMLphp: asks for a login, then tells as JSON what SimpleSAMLphp made of it.
//   ?as=SOURCE&extensions=XML&loa=URI   begins a login; ?as=SOURCE alone shows it

use SAML2\DOMDocumentFactory;
use SAML2\XML\Chunk;
use SimpleSAML\Auth\Simple;
use SimpleSAML\Auth\State;

require getenv('SIMPLESAMLPHP') . '/lib/_autoload.php';

function show(array $told): void
{
    header('Content-Type: application/json');
    echo json_encode($told, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
    exit;
}

if (isset($_GET[State::EXCEPTION_PARAM])) {
    $fault = State::loadExceptionState()[State::EXCEPTION_DATA];
    show(['success' => false, 'message' => $fault->getMessage()]);
}

$service = new Simple($_GET['as']);
$page = getenv('PEERS_PUBLIC') . 'service.php?as=' . $_GET['as'];
if (!$service->isAuthenticated()) {
    $extensions = [];
    foreach (DOMDocumentFactory::fromString($_GET['extensions'])->documentElement->childNodes as $element) {
        $extensions[] = new Chunk($element);
    }
    $service->login([
        'ReturnTo' => $page,
        'ErrorURL' => $page,
        'saml:Extensions' => $extensions,
        'saml:AuthnContextClassRef' => $_GET['loa'],
        'saml:AuthnContextComparison' => 'minimum',
    ]);
}
show([
    'success' => true,
    'attributes' => $service->getAttributes(),
    'name_id' => $service->getAuthData('saml:sp:NameID')->getValue(),
    'loa' => $service->getAuthData('saml:sp:AuthnContext'),
    'gateway' => $service->getAuthData('saml:sp:IdP'),
]);
