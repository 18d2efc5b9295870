// SPDX-License-Identifier: EUPL-1.2
// ICU's headers, which libxml2's encoding.h would pull in, clash with Foundation's copy of them.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/uri.h>
#include <libxml/c14n.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlIO.h>
