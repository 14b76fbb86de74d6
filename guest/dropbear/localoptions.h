/* What dropbear's defaults (default_options.h) say differently for a guest that only the harness talks to. */

/* One kind of key and one key exchange: less to compile, and quick under emulation. */
#define DROPBEAR_SVR_PASSWORD_AUTH 0
#define DROPBEAR_ECDSA 0
#define DROPBEAR_SK_KEYS 0
#define DROPBEAR_ECDH 0
#define DROPBEAR_DH_GROUP14_SHA256 0
#define DROPBEAR_DH_GROUP14_SHA1 0

/* Nothing to forward. */
#define DROPBEAR_SVR_LOCALTCPFWD 0
#define DROPBEAR_SVR_REMOTETCPFWD 0
#define DROPBEAR_SVR_AGENTFWD 0
#define DROPBEAR_SFTPSERVER 0
#define DO_MOTD 0

/* Programs are put and histories drained through it. */
#define DROPBEAR_SMALL_CODE 0
#define DEFAULT_RECV_WINDOW 262144

/* Keepalives every few seconds and many short commands are how the harness works. */
#define MAX_UNAUTH_PER_IP 30
