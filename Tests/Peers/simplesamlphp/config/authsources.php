<?php
// SPDX-License-Identifier: EUPL-1.2
$config = json_decode(file_get_contents(getenv('PEERS_SIMPLESAML')), true)['authsources'];
