<?php
/**
 * Plugin Name:       Waybill tracking for WooCommerce
 * Description:       Shows where the parcels of an order are, on its page and in its mails. The hub writes this with the order; nothing is requested from it.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           Apache-2.0
 * Text Domain:       waybill-tracking
 * Domain Path:       /languages
 * WC requires at least: 7.1
 *
 * @package Waybill
 */

namespace Waybill\Tracking;

defined( 'ABSPATH' ) || exit;

/** Where the hub writes the parcels of an order. */
const META = '_waybill';
/** No order has more; the hub writes at most as many. */
const PARCELS_MAX = 200;
/** After these, a parcel is not expected any more. */
const ENDED = array( 'delivered', 'returning', 'returned_to_sender', 'cancelled' );

add_action( 'init', __NAMESPACE__ . '\load_texts' );
// A mail is written in the language of its reader.
add_action( 'change_locale', __NAMESPACE__ . '\load_texts' );
add_action( 'before_woocommerce_init', __NAMESPACE__ . '\declare_compatibility' );
add_action( 'woocommerce_order_details_after_order_table', __NAMESPACE__ . '\show_on_page' );
add_action( 'woocommerce_email_after_order_table', __NAMESPACE__ . '\show_in_mail', 10, 3 );

/** Loads the texts of a language for all of its countries: de for de_DE, de_AT and de_DE_formal. */
function load_texts(): void {
	$language = strtok( determine_locale(), '_' );
	unload_textdomain( 'waybill-tracking', true );
	load_textdomain( 'waybill-tracking', __DIR__ . "/languages/waybill-tracking-$language.mo" );
}

/** Orders are read by WooCommerce's own functions only, wherever it stores them. */
function declare_compatibility(): void {
	$features = '\Automattic\WooCommerce\Utilities\FeaturesUtil';
	if ( class_exists( $features ) ) {
		$features::declare_compatibility( 'custom_order_tables', __FILE__, true );
	}
}

/**
 * Shows the parcels of an order below its table.
 *
 * @param \WC_Order $order The order.
 */
function show_on_page( $order ): void {
	$parcels = parcels_of( $order );
	if ( array() === $parcels ) {
		return;
	}
	echo '<section class="waybill-tracking"><h2>' . esc_html__( 'Tracking', 'waybill-tracking' ) . '</h2>';
	// Mail programs ignore style sheets, so that the cells carry theirs.
	echo '<table class="woocommerce-table shop_table td" cellspacing="0" cellpadding="6" style="width:100%"><tbody>';
	foreach ( $parcels as $parcel ) {
		echo '<tr><td class="td" style="text-align:start">';
		echo '<a href="' . esc_url( $parcel['url'], array( 'http', 'https' ) ) . '">';
		echo esc_html( $parcel['number'] ) . '</a></td><td class="td" style="text-align:start">';
		echo esc_html( $parcel['status'] );
		if ( '' !== $parcel['expected'] ) {
			echo '<br><small>' . esc_html( $parcel['expected'] ) . '</small>';
		}
		echo '</td></tr>';
	}
	echo '</tbody></table></section>';
}

/**
 * Shows the parcels of an order in a mail about it.
 *
 * @param \WC_Order $order         The order.
 * @param bool      $sent_to_admin Whether the shop's people get it.
 * @param bool      $plain_text    Whether it has no markup.
 */
function show_in_mail( $order, $sent_to_admin = false, $plain_text = false ): void {
	if ( ! $plain_text ) {
		show_on_page( $order );
		return;
	}
	$parcels = parcels_of( $order );
	if ( array() === $parcels ) {
		return;
	}
	echo "\n" . esc_html__( 'Tracking', 'waybill-tracking' ) . "\n\n";
	foreach ( $parcels as $parcel ) {
		$lines = array( $parcel['number'] . ': ' . $parcel['status'], $parcel['expected'], $parcel['url'] );
		// Without markup there is nothing to escape; tags and line breaks are removed.
		echo implode( "\n", array_map( 'sanitize_text_field', array_filter( $lines, 'strlen' ) ) ) . "\n\n";
	}
}

/**
 * The parcels of an order as texts; what is not as the hub writes it is left out.
 *
 * @param \WC_Order $order The order.
 * @return array<int, array{number: string, status: string, expected: string, url: string}>
 */
function parcels_of( $order ): array {
	$value   = $order->get_meta( META );
	$parcels = is_array( $value ) && is_array( $value['parcels'] ?? null ) ? $value['parcels'] : array();
	$statuses = statuses();
	$shown    = array();
	foreach ( array_slice( $parcels, 0, PARCELS_MAX ) as $parcel ) {
		$text   = static fn( string $name ): string =>
			is_array( $parcel ) && is_string( $parcel[ $name ] ?? null ) ? $parcel[ $name ] : '';
		$number = $text( 'tracking_number' );
		$status = $statuses[ $text( 'status' ) ] ?? '';
		$url    = esc_url_raw( $text( 'url' ), array( 'http', 'https' ) );
		if ( '' === $number || '' === $status || '' === $url ) {
			continue;
		}
		$has_ended = in_array( $text( 'status' ), ENDED, true );
		$expected  = $has_ended ? '' : expected_on( $text( 'estimated_delivery' ) );
		$shown[]   = compact( 'number', 'status', 'expected', 'url' );
	}
	return $shown;
}

/**
 * When a parcel is expected, as a sentence; empty: unknown.
 *
 * @param string $date A day at the destination, as YYYY-MM-DD.
 */
function expected_on( string $date ): string {
	$zone = new \DateTimeZone( 'UTC' );
	$day  = \DateTimeImmutable::createFromFormat( '!Y-m-d', $date, $zone );
	if ( false === $day || $day->format( 'Y-m-d' ) !== $date ) {
		return '';
	}
	$format = (string) get_option( 'date_format' );
	$words  = wp_date( '' === $format ? 'Y-m-d' : $format, $day->getTimestamp(), $zone );
	/* translators: %s: a date. */
	return sprintf( __( 'Expected on %s', 'waybill-tracking' ), $words );
}

/** The hub's statuses in words. */
function statuses(): array {
	return array(
		'created'              => __( 'Being prepared by the sender', 'waybill-tracking' ),
		'picked_up'            => __( 'Picked up by the carrier', 'waybill-tracking' ),
		'in_transit'           => __( 'On the way', 'waybill-tracking' ),
		'at_facility'          => __( 'At a carrier facility', 'waybill-tracking' ),
		'out_for_delivery'     => __( 'Out for delivery', 'waybill-tracking' ),
		'available_for_pickup' => __( 'Ready for pickup', 'waybill-tracking' ),
		'delivery_attempted'   => __( 'Delivery was attempted', 'waybill-tracking' ),
		'exception'            => __( 'There is a problem with the delivery', 'waybill-tracking' ),
		'returning'            => __( 'On the way back to the sender', 'waybill-tracking' ),
		'delivered'            => __( 'Delivered', 'waybill-tracking' ),
		'returned_to_sender'   => __( 'Returned to the sender', 'waybill-tracking' ),
		'cancelled'            => __( 'Cancelled', 'waybill-tracking' ),
	);
}
