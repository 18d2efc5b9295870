<?php
// SPDX-License-Identifier: EUPL-1.2
$metadata = json_decode(file_get_contents(getenv('PEERS_SIMPLESAML')), true)['gateways'];
