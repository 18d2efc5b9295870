# SPDX-License-Identifier: EUPL-1.2
"""Independent peers and judges of Puente, on other people's software. See ../README.md."""
