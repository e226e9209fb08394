<?php
/**
 * STUB of a database: every table is empty. WordPress loads this file as its database drop-in, so
 * that its own code runs without a server.
 */
// phpcs:disable
class Empty_Database extends wpdb {
	public function db_connect( $allow_bail = true ) {
		$this->ready = true;
		return true;
	}
	public function query( $query ) {
		$this->last_result = array();
		$this->num_rows    = 0;
		return 0;
	}
	public function get_col_length( $table, $column ) {
		return false;
	}
	public function _real_escape( $data ) {
		return addslashes( (string) $data );
	}
	public function db_version() {
		return '8.0.0';
	}
	public function db_server_info() {
		return '8.0.0';
	}
}
$wpdb = new Empty_Database( '', '', '', '' );
