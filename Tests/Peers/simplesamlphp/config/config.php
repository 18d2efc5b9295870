<?php
// SPDX-License-Identifier: EUPL-1.2
// What peers/simplesaml.py wrote for this run: one document that holds everything.

if (!class_exists('PeersFault')) {
    /** SimpleSAMLphp's error page, told as our own page tells a login. */
    class PeersFault
    {
        public static function show($configuration, array $data): void
        {
            preg_match_all('/^Caused by: (.*)$/m', $data['error']['exceptionTrace'], $causes);
            header('Content-Type: application/json');
            echo json_encode(['success' => false, 'fault' => end($causes[1]) ?: $data['error']['exceptionMsg']]);
            exit;
        }
    }
}

$config = json_decode(file_get_contents(getenv('PEERS_SIMPLESAML')), true)['config'];
$config['errors.show_function'] = ['PeersFault', 'show'];
