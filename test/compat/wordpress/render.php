<?php
/**
 * Renders the plug-in's block in WordPress. Reads {"wordpress", "locale", "meta"} as JSON from the
 * standard input, and prints {"page", "mail", "text", "requests", "compatible"}.
 *
 * WordPress is the one that Debian packages, with all of its own code. Two things are STUBS: its
 * database, which is empty (db.php), and WooCommerce's classes, below.
 */
namespace {
	error_reporting( E_ALL );
	set_error_handler(
		static function ( int $level, string $message, string $file, int $line ): bool {
			// WordPress' own notices about a newer PHP are not ours.
			if ( str_contains( $file, '/packages/woocommerce/' ) ) {
				throw new ErrorException( $message, 0, $level, $file, $line );
			}
			return true;
		}
	);
	$given = json_decode( stream_get_contents( STDIN ), true, 64, JSON_THROW_ON_ERROR );
	define( 'ABSPATH', rtrim( $given['wordpress'], '/' ) . '/' );
	define( 'WP_CONTENT_DIR', __DIR__ );
	define( 'WP_PLUGIN_DIR', dirname( __DIR__, 3 ) . '/packages' );
	// Options are not asked of the empty database, and nothing is scheduled.
	define( 'WP_INSTALLING', true );
	define( 'DISABLE_WP_CRON', true );
	foreach ( array( 'DB_HOST', 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_CHARSET', 'DB_COLLATE' ) as $name ) {
		define( $name, '' );
	}
	$_SERVER += array( 'HTTP_HOST' => 'shop.example', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1' );
	$table_prefix = 'wp_';

	/** STUB of WooCommerce's order: only its metadata, which is what the plug-in may read. */
	class WC_Order {
		private $meta;
		public function __construct( array $meta ) {
			$this->meta = $meta;
		}
		public function get_meta( $key, $single = true, $context = 'view' ) {
			return $this->meta[ $key ] ?? '';
		}
	}
}

namespace Automattic\WooCommerce\Utilities {
	/** STUB of the class by which plug-ins say that they work with orders in tables of their own. */
	class FeaturesUtil {
		public static $declared = array();
		public static function declare_compatibility( $feature, $file, $is_compatible = true ) {
			self::$declared[ $feature ] = $is_compatible;
		}
	}
}

namespace {
	require ABSPATH . 'wp-settings.php';
	$requests = array();
	add_filter( 'pre_http_request', static function ( $before, $args, $url ) use ( &$requests ) {
		$requests[] = $url;
		return new WP_Error( 'none', 'none' );
	}, 10, 3 );
	add_filter( 'pre_option_date_format', static fn() => 'j.n.Y' );
	require WP_PLUGIN_DIR . '/woocommerce/waybill-tracking.php';
	do_action( 'before_woocommerce_init' );
	do_action( 'init' );
	switch_to_locale( 'en_US' );
	$locale = $given['locale'];
	add_filter( 'locale', static fn() => $locale );
	add_filter( 'determine_locale', static fn() => $locale );
	// WooCommerce writes a mail in its reader's language in this way.
	do_action( 'change_locale', $locale );

	$order  = new WC_Order( array( '_waybill' => $given['meta'] ) );
	$output = static function ( string $hook, ...$args ): string {
		ob_start();
		do_action( $hook, ...$args );
		return ob_get_clean();
	};
	echo json_encode(
		array(
			'version'    => $GLOBALS['wp_version'],
			'page'       => $output( 'woocommerce_order_details_after_order_table', $order ),
			'mail'       => $output( 'woocommerce_email_after_order_table', $order, false, false, null ),
			'text'       => $output( 'woocommerce_email_after_order_table', $order, false, true, null ),
			'requests'   => $requests,
			'compatible' => Automattic\WooCommerce\Utilities\FeaturesUtil::$declared,
		),
		JSON_THROW_ON_ERROR
	);
}
