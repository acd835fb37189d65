// The ports inside a planet.

/** Ports on the management network. */
export const CONTROL_PORT = 4280;
export const COMPONENT_PORT = 4281;
/** Where edge listens for clients inside its container, for its peers' backhaul and for probe datagrams. */
export const EDGE_HTTP_PORT = 8080;
export const EDGE_HTTPS_PORT = 8443;
export const EDGE_BACKHAUL_PORT = 4282;
export const EDGE_ECHO_PORT = 4283;
/** The first of the ports where edge listens for the host's doors, and how many there can be. */
export const EDGE_FIRST_DOOR_PORT = 20_000;
export const MAX_DOORS = 100;
